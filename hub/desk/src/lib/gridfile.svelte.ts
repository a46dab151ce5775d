/** The file of the opened grid: what it is now, and who held it at the time asked for. */
import { readGrid, readHolder, Refusal } from "./api";
import type { GridAt, GridFile } from "./types";

const NOT_FOUND = 404;

export class OpenedGrid {
  file = $state.raw<GridFile | null>(null);
  /** Holder, responsible persons and duties now. */
  now = $state.raw<GridAt | null>(null);
  /** The same at the time asked for; null while none is. */
  then = $state.raw<GridAt | null>(null);
  /** There was no such grid at the time asked for. */
  unborn = $state(false);
  missing = $state(false);
  failure = $state<string | null>(null);

  constructor(readonly code: string) {}

  async refresh(): Promise<void> {
    try {
      [this.file, this.now] = await Promise.all([
        readGrid(this.code),
        readHolder(this.code, null),
      ]);
      this.missing = false;
      this.failure = null;
    } catch (error) {
      this.missing = error instanceof Refusal && error.status === NOT_FOUND;
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  async ask(at: Date | null): Promise<void> {
    this.then = null;
    this.unborn = false;
    if (at === null) return;
    try {
      this.then = await readHolder(this.code, at);
    } catch (error) {
      this.unborn = error instanceof Refusal && error.status === NOT_FOUND;
      if (!this.unborn) this.failure = error instanceof Error ? error.message : String(error);
    }
  }
}
