/** Live pictures of some cameras over one answer of the hub, while the tab is seen. */
import { SvelteMap } from "svelte/reactivity";
import { framesAddress, Refusal } from "./api";
import { PartReader, type Part } from "./parts";
import { session } from "./session.svelte";
import type { Known, Sight } from "./sight";

const RETRY_MS = 2000;
const MICROS_PER_MS = 1000;

export type Painter = (jpeg: Blob, takenAt: number) => void;

export class Watching {
  readonly sights = new SvelteMap<string, Sight>();
  channel = $state<Known["channel"]>("open");
  #painters = new Map<string, Painter>();
  #cameras: string[] = [];
  #answer: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Look at these cameras until the returned function is called. */
  start(cameras: string[]): () => void {
    this.#cameras = cameras;
    const turn = (): void => (document.hidden ? this.#pause() : this.#open());
    document.addEventListener("visibilitychange", turn);
    turn();
    return () => {
      document.removeEventListener("visibilitychange", turn);
      this.#pause();
    };
  }

  /** Call `painter` with each picture of a camera until the returned function is called. */
  paint(camera: string, painter: Painter): () => void {
    this.#painters.set(camera, painter);
    return () => {
      if (this.#painters.get(camera) === painter) this.#painters.delete(camera);
    };
  }

  /** Nobody sees the tab: the cameras stop sending. */
  #pause(): void {
    clearTimeout(this.#timer);
    this.#answer?.abort();
    this.#answer = null;
    this.sights.clear();
  }

  #open(): void {
    this.#pause();
    if (this.#cameras.length === 0) return;
    const answer = new AbortController();
    this.#answer = answer;
    void this.#read(answer.signal).then((channel) => {
      if (answer.signal.aborted) return;
      this.channel = channel;
      this.sights.clear();
      this.#timer = setTimeout(() => this.#open(), RETRY_MS);
    });
  }

  /** Read until the answer ends; why it did. */
  async #read(signal: AbortSignal): Promise<"down" | "refused"> {
    try {
      const response = await fetch(framesAddress(this.#cameras), { signal });
      if (response.status === Refusal.UNAUTHORIZED) void session.check();
      if (!response.ok || response.body === null) return "refused";
      this.channel = "open";
      const parts = new PartReader();
      const body = response.body.getReader();
      for (let got = await body.read(); !got.done; got = await body.read())
        for (const part of parts.push(got.value)) this.#take(part);
      return "down";
    } catch {
      return "down"; // the banner of the page says what is wrong with the hub
    }
  }

  #take({ headers, body }: Part): void {
    if (headers.get("content-type") === "application/json") {
      const told = JSON.parse(new TextDecoder().decode(body)) as { camera: string; sight: Sight };
      this.sights.set(told.camera, told.sight);
      return;
    }
    const painter = this.#painters.get(headers.get("x-camera") ?? "");
    painter?.(
      new Blob([body], { type: "image/jpeg" }),
      Number(headers.get("x-time")) / MICROS_PER_MS,
    );
  }
}
