/** What the system view asks for while it is open: health, registers, terminals, dead letters, strangers, commands. */
import {
  confirmRegister,
  readAgentGaps,
  readCommands,
  readDeadLetters,
  readHealth,
  readRegisters,
  readTerminals,
  readUnregistered,
} from "./api";
import { session } from "./session.svelte";
import type { AgentGaps, Command, DeadLetterPage, Device, Health, RegisterList, TerminalList } from "./types";

const LETTERS = 50;
const COMMANDS = 5;

export class Machinery {
  health = $state.raw<Health | null>(null);
  letters = $state.raw<DeadLetterPage | null>(null);
  strangers = $state.raw<Device[] | null>(null);
  registers = $state.raw<RegisterList | null>(null);
  terminals = $state.raw<TerminalList | null>(null);
  failure = $state<string | null>(null);

  /** What never came of each agent's batches. */
  gaps = $state.raw<AgentGaps[]>([]);

  /** The last that each agent was asked, newest first. */
  commands = $state.raw<Command[]>([]);

  /** Read everything anew; `agents` are those that ever reported. */
  async refresh(agents: string[]): Promise<void> {
    try {
      let asked: Command[][];
      [
        this.gaps,
        asked,
        this.health,
        this.letters,
        this.strangers,
        this.registers,
        this.terminals,
      ] = await Promise.all([
        session.allowed("devices.read", () => Promise.all(agents.map(readAgentGaps)), []),
        Promise.all(agents.map((agent) => readCommands(agent, COMMANDS))),
        readHealth(),
        readDeadLetters(LETTERS),
        session.allowed("devices.read", readUnregistered, null),
        session.allowed("registers.read", readRegisters, null),
        session.allowed("staff.read", readTerminals, null),
      ]);
      this.commands = asked.flat().sort((a, b) => b.made.localeCompare(a.made));
      this.failure = null;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  /** Say that all entries of a register hold. */
  async confirm(register: string): Promise<void> {
    try {
      await confirmRegister(register);
      this.registers = await readRegisters();
      this.failure = null;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }
}
