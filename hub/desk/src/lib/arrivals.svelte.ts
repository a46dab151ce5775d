/** Cases that must be noticed: announced until opened or dismissed. */
import { compare, rank } from "./cases";
import { desk, type Cause } from "./desk.svelte";
import { bell } from "./sound.svelte";
import type { Case } from "./types";

const REMIND_MS = 20_000; // ours: nobody beside the desk overhears an emergency for longer
const SPOKEN_MS = 10_000; // ours: time to say a sentence

export type Arrival = { file: Case; cause: Cause };

class Arrivals {
  #waiting = $state.raw<ReadonlyMap<number, Cause>>(new Map());
  #spoken = 0;
  /** The newest one, for screen readers. */
  latest = $state.raw<Arrival | null>(null);

  constructor() {
    desk.onArrival((file, cause) => {
      this.#waiting = new Map(this.#waiting).set(file.id, cause);
      this.#speak({ file, cause });
      bell.ring(file.grade);
    });
    setInterval(() => {
      if (this.waiting[0]?.file.grade === "emergency") bell.ring("emergency");
    }, REMIND_MS);
  }

  /** A lesser case must not cut off the words about a graver one. */
  #speak(arrival: Arrival): void {
    const now = Date.now();
    const graver = this.latest && rank(this.latest.file.grade) > rank(arrival.file.grade);
    if (graver && now - this.#spoken < SPOKEN_MS) return;
    this.#spoken = now;
    this.latest = arrival;
  }

  /** The most severe first; those looked at meanwhile are gone. */
  get waiting(): Arrival[] {
    const bySeverity = compare("grade");
    return [...this.#waiting]
      .filter(([id]) => desk.unseen.has(id))
      .flatMap(([id, cause]) => {
        const file = desk.cases.get(id);
        return file ? [{ file, cause }] : [];
      })
      .sort((a, b) => bySeverity(a.file, b.file));
  }

  /** Stop announcing; the rows stay marked as new until they are opened. */
  dismiss(): void {
    this.#waiting = new Map();
  }
}

export const arrivals = new Arrivals();
