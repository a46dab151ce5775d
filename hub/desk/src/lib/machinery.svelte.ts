/** What the system view asks for while it is open: the hub's health, dead letters, strangers. */
import { readAgentGaps, readDeadLetters, readHealth, readUnregistered } from "./api";
import type { AgentGaps, DeadLetterPage, Device, Health } from "./types";

const LETTERS = 50;

export class Machinery {
  health = $state.raw<Health | null>(null);
  letters = $state.raw<DeadLetterPage | null>(null);
  strangers = $state.raw<Device[] | null>(null);
  failure = $state<string | null>(null);

  /** What never came of each agent's batches. */
  gaps = $state.raw<AgentGaps[]>([]);

  /** Read everything anew; `agents` are those that ever reported. */
  async refresh(agents: string[]): Promise<void> {
    try {
      [this.gaps, this.health, this.letters, this.strangers] = await Promise.all([
        Promise.all(agents.map(readAgentGaps)),
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
