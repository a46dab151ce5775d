/** What all registers have in common. */
import { Refusal } from "./api";

/** The entries of a register, while its tab is open. */
export type Register = {
  readonly items: readonly { id: string }[] | null;
  readonly failure: string | null;
  refresh(): Promise<void>;
};

/** The entry of the address that stands for one that is written anew. */
export const NEW = "+";

/** What went wrong, as the page tells it. */
export const refusalOf = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal(Refusal.UNREACHABLE, "", String(error));

/** Those that stand in a grid or within it; all where no grid is chosen. */
export const within = <T extends { grid_path: string[] }>(
  items: readonly T[],
  grid: string | null,
): T[] => items.filter(({ grid_path }) => grid === null || grid_path.includes(grid));
