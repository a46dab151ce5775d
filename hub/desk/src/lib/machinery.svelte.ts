/** What the system view asks for while it is open: the hub's health, dead letters, strangers. */
import { readDeadLetters, readHealth, readUnregistered } from "./api";
import type { DeadLetterPage, Device, Health } from "./types";

const LETTERS = 50;

export class Machinery {
  health = $state.raw<Health | null>(null);
  letters = $state.raw<DeadLetterPage | null>(null);
  strangers = $state.raw<Device[] | null>(null);
  failure = $state<string | null>(null);

  async refresh(): Promise<void> {
    try {
      [this.health, this.letters, this.strangers] = await Promise.all([
        readHealth(),
        readDeadLetters(LETTERS),
        readUnregistered(),
      ]);
      this.failure = null;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }
}
