/** What all registers ask the hub in one way: send in somebody's name. */
import { ask, Refusal } from "./api";

/** The entries of a register, while its tab is open. */
export type Register = {
  readonly items: readonly { id: string }[] | null;
  readonly failure: string | null;
  refresh(): Promise<void>;
};

/** The entry of the address that stands for one that is written anew. */
export const NEW = "+";

/** Send JSON in the name of `person`. */
export const send = <T>(
  method: "POST" | "PUT",
  path: string,
  person: string,
  body: unknown,
): Promise<T> =>
  ask<T>(path, {
    method,
    headers: { "Content-Type": "application/json", "X-Gridwarden-Person": person },
    body: JSON.stringify(body),
  });

/** What went wrong, as the page tells it. */
export const refusalOf = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal(Refusal.UNREACHABLE, "", String(error));

/** Those that stand in a grid or within it; all where no grid is chosen. */
export const within = <T extends { grid_path: string[] }>(
  items: readonly T[],
  grid: string | null,
): T[] => items.filter(({ grid_path }) => grid === null || grid_path.includes(grid));
