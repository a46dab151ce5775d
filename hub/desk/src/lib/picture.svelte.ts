/** A picture that a camera was asked for: on its way, there, or why not. */
import { askAgent, newKey, readCommand } from "./api";
import type { Command } from "./types";

const LOOK_MS = 300;
const WORTH_S = 20;

const isOpen = (command: Command): boolean =>
  command.state === "waiting" || command.state === "sent";

export class Picture {
  busy = $state(false);
  address = $state<string | null>(null);
  failure = $state<string | null>(null);

  /** Ask for the next picture. The stream tells no commands, so the answer is asked for. */
  async take(agent: string, device: string): Promise<void> {
    this.busy = true;
    this.failure = null;
    try {
      let command = await askAgent(agent, { do: "snapshot", device }, WORTH_S, newKey());
      while (isOpen(command)) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        command = await readCommand(agent, command.id);
      }
      this.address = command.picture ?? this.address;
      this.failure = command.picture ? null : command.reason || command.state;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    } finally {
      this.busy = false;
    }
  }
}
