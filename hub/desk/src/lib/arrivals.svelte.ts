/** New cases that must be noticed: announced until opened or dismissed. */
import { bell } from "./sound.svelte";
import { desk } from "./desk.svelte";
import type { Case } from "./types";

class Arrivals {
  #waiting = $state.raw<Case[]>([]);
  /** The newest one, for screen readers. */
  latest = $state.raw<Case | null>(null);

  constructor() {
    desk.onArrival((file) => {
      this.#waiting = [file, ...this.#waiting];
      this.latest = file;
      bell.ring(file.grade);
    });
  }

  /** Newest first; those looked at meanwhile are gone. */
  get waiting(): Case[] {
    return this.#waiting.filter((file) => desk.unseen.has(file.id));
  }

  /** Stop announcing; the rows stay marked as new until they are opened. */
  dismiss(): void {
    this.#waiting = [];
  }
}

export const arrivals = new Arrivals();
