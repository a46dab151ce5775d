/** The secrecy duty of who is signed in: its text, and whether they have signed it. */
import { readDuty, signDuty } from "./accounts";
import { session } from "./session.svelte";
import type { Right, SecrecyDuty } from "./types";

/** Rights that tell of persons: without a signature they are refused. */
const SWORN: readonly Right[] = [
  "tracing.read",
  "reporters.read",
  "staff.read",
  "complaints.read",
  "violations.read",
  "queries.police",
  "queries.health",
];

class Duty {
  text = $state.raw<SecrecyDuty | null>(null);
  failure = $state<string | null>(null);

  /** Whether somebody who needs it has not signed yet. */
  readonly owed = $derived(
    this.text !== null && this.text.signed === null && SWORN.some((right) => session.can(right)),
  );

  async read(): Promise<void> {
    try {
      this.text = await readDuty();
      this.failure = null;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  /** Sign what is shown. */
  async sign(): Promise<void> {
    if (this.text) this.text = await signDuty(this.text.hash);
  }
}

export const duty = new Duty();
