/** The secrecy duty: whoever may read personal data is asked to sign it, once. */
import { readSecrecyDuty, signSecrecyDuty } from "./api";
import { session } from "./session.svelte";
import type { Right, SecrecyDuty } from "./types";

/** Rights whose routes tell of persons; `SWORN` in hub/secrecy/guard.py. */
const SWORN: readonly Right[] = [
  "tracing.read",
  "reporters.read",
  "staff.read",
  "complaints.read",
  "violations.read",
  "queries.police",
  "queries.health",
];

class Secrecy {
  duty = $state.raw<SecrecyDuty | null>(null);
  /** Whether it waits for a signature. */
  readonly owed = $derived(
    this.duty !== null && this.duty.signed === null && SWORN.some((right) => session.can(right)),
  );

  async read(): Promise<void> {
    this.duty = await readSecrecyDuty();
  }

  async sign(): Promise<void> {
    if (this.duty !== null) this.duty = await signSecrecyDuty(this.duty.hash);
  }
}

export const secrecy = new Secrecy();
