/** What a wall shows of a grid's cases: the newest events first, each case once. Pure. */
import { isOpen, isOverdue } from "./cases";
import type { Case } from "./types";

const changed = (file: Case): number => Date.parse(file.updated);

/** Cases of a grid and below, all of them without one. */
export const within = (files: Iterable<Case>, grid: string | null): Case[] =>
  [...files].filter((file) => grid === null || file.grid_path.includes(grid));

/** Known and closed ones together, each once, the newest word of it. */
export function together(known: Iterable<Case>, closed: Iterable<Case>): Case[] {
  const found = new Map<number, Case>();
  for (const file of [...closed, ...known]) {
    const other = found.get(file.id);
    if (!other || changed(other) <= changed(file)) found.set(file.id, file);
  }
  return [...found.values()];
}

/** By their last event, the newest first. */
export const newest = (files: Case[], most: number): Case[] =>
  files.toSorted((a, b) => changed(b) - changed(a) || b.id - a.id).slice(0, most);

/** Those that are overdue, the longest first. */
export const overdueFirst = (files: Case[], now: number): Case[] =>
  files
    .filter((file) => isOverdue(file, now))
    .toSorted((a, b) => Date.parse(a.due ?? "") - Date.parse(b.due ?? ""));

/** Open emergencies next door that this person was asked to help with. */
export const toAssist = (files: Iterable<Case>, person: string | null): Case[] =>
  person === null
    ? []
    : [...files].filter((file) => isOpen(file) && file.assist.includes(person));

/** Cases opened within the last two hours. */
export const openedAt = (files: Case[]): number[] => files.map((file) => Date.parse(file.opened));
