/** What the system view asks for while it is open: the hub's health, dead letters, strangers, commands. */
import {
  readAgentGaps,
  readCommands,
  readDeadLetters,
  readHealth,
  readUnregistered,
} from "./api";
import type { AgentGaps, Command, DeadLetterPage, Device, Health } from "./types";

const LETTERS = 50;
const COMMANDS = 5;

export class Machinery {
  health = $state.raw<Health | null>(null);
  letters = $state.raw<DeadLetterPage | null>(null);
  strangers = $state.raw<Device[] | null>(null);
  failure = $state<string | null>(null);

  /** What never came of each agent's batches. */
  gaps = $state.raw<AgentGaps[]>([]);

  /** The last that each agent was asked, newest first. */
  commands = $state.raw<Command[]>([]);

  /** Read everything anew; `agents` are those that ever reported. */
  async refresh(agents: string[]): Promise<void> {
    try {
      let asked: Command[][];
      [this.gaps, asked, this.health, this.letters, this.strangers] = await Promise.all([
        Promise.all(agents.map(readAgentGaps)),
        Promise.all(agents.map((agent) => readCommands(agent, COMMANDS))),
        readHealth(),
        readDeadLetters(LETTERS),
        readUnregistered(),
      ]);
      this.commands = asked.flat().sort((a, b) => b.made.localeCompare(a.made));
      this.failure = null;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }
}
