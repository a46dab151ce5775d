/** The division with all that hangs on it, read afresh whenever the site or the cases change. */
import {
  readGridProblems,
  readGrids,
  readLeaves,
  readProposals,
  readThings,
} from "./api";
import { clock } from "./clock.svelte";
import { session } from "./session.svelte";
import type { DivisionProblems, GridLine, Leave, Proposal, Things } from "./types";

/** Leave that ended longer ago is not listed. */
const PAST_MS = 30 * 86_400_000;
const SOON_MS = 3000;
const NOTHING: Things = { households: [], units: [] };

class Division {
  lines = $state.raw<GridLine[]>([]);
  problems = $state.raw<DivisionProblems | null>(null);
  proposals = $state.raw<Proposal[]>([]);
  leaves = $state.raw<Leave[]>([]);
  things = $state.raw<Things>(NOTHING);
  loaded = $state(false);
  failure = $state<string | null>(null);

  readonly byCode = $derived(new Map(this.lines.map((line) => [line.code, line])));

  #soon: ReturnType<typeof setTimeout> | undefined;

  /** Refresh in a while, once for all that asks meanwhile: a flood of cases asks often. */
  refreshSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.refresh();
    }, SOON_MS);
  }

  async refresh(): Promise<void> {
    try {
      [this.lines, this.problems, this.proposals, this.leaves, this.things] = await Promise.all([
        readGrids(),
        readGridProblems(),
        readProposals(),
        session.allowed("leaves.read", () => readLeaves(new Date(clock.now - PAST_MS)), []),
        readThings(),
      ]);
      this.loaded = true;
      this.failure = null;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }
}

export const division = new Division();
