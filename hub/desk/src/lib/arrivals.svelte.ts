/** Cases that must be noticed: announced until opened or dismissed. */
import { compare } from "./cases";
import { desk, type Cause } from "./desk.svelte";
import { bell } from "./sound.svelte";
import type { Case } from "./types";

const REMIND_MS = 20_000; // ours: nobody beside the desk overhears an emergency for longer

export type Arrival = { file: Case; cause: Cause };

class Arrivals {
  #waiting = $state.raw<ReadonlyMap<number, Cause>>(new Map());
  /** The newest one, for screen readers. */
  latest = $state.raw<Arrival | null>(null);

  constructor() {
    desk.onArrival((file, cause) => {
      this.#waiting = new Map(this.#waiting).set(file.id, cause);
      this.latest = { file, cause };
      bell.ring(file.grade);
    });
    setInterval(() => {
      if (this.waiting[0]?.file.grade === "emergency") bell.ring("emergency");
    }, REMIND_MS);
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
