/** The file of the opened case, and the steps taken from here. */
import { newKey, readCase, Refusal, takeStep } from "./api";
import { desk } from "./desk.svelte";
import type { Case, CaseFile, Step } from "./types";

const NOT_FOUND = 404;
const RETRY_MS = 3000;

export class Dossier {
  file = $state.raw<CaseFile | null>(null);
  failure = $state<string | null>(null);
  missing = $state(false);
  /** Why the last step was refused. */
  refusal = $state.raw<Refusal | null>(null);
  busy = $state(false);
  #pending: { step: string; key: string } | null = null;
  #reading = false;
  #again = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #left = false;

  constructor(readonly id: number) {}

  /** Read the file unless it already shows the case as `known`. */
  async follow(known: Case | undefined): Promise<void> {
    if (this.file && known && known.updated === this.file.case.updated) return;
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    do {
      this.#again = false;
      await this.#read();
    } while (this.#again);
    this.#reading = false;
  }

  async #read(): Promise<void> {
    try {
      this.#take(await readCase(this.id));
    } catch (error) {
      this.missing = error instanceof Refusal && error.status === NOT_FOUND;
      this.failure = error instanceof Error ? error.message : String(error);
      if (!this.missing) this.#retryLater();
    }
  }

  /** What the stream brought once, it does not bring again: a file that could not be read waits. */
  #retryLater(): void {
    clearTimeout(this.#retry);
    if (!this.#left) this.#retry = setTimeout(() => void this.#read(), RETRY_MS);
  }

  /** Nobody looks at it any more. */
  leave(): void {
    this.#left = true;
    clearTimeout(this.#retry);
  }

  /** Take a step; whether the hub took it. */
  async step(step: Step): Promise<boolean> {
    const words = JSON.stringify(step);
    // The same step tried again after a lost answer must not count twice.
    if (this.#pending?.step !== words) this.#pending = { step: words, key: newKey() };
    this.busy = true;
    this.refusal = null;
    try {
      this.#take(await takeStep(this.id, step, this.#pending.key));
      this.#pending = null;
      return true;
    } catch (error) {
      this.refusal =
        error instanceof Refusal ? error : new Refusal(Refusal.UNREACHABLE, "", String(error));
      if (this.refusal.status !== Refusal.UNREACHABLE) {
        this.#pending = null;
        await this.#read(); // somebody else may have moved the case
      }
      return false;
    } finally {
      this.busy = false;
    }
  }

  #take(file: CaseFile): void {
    this.file = file;
    this.failure = null;
    this.missing = false;
    desk.upsert(file.case);
  }
}
