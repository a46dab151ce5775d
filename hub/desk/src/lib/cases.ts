/** Order, filter and count of cases: pure. */
import type { Case, Grade } from "./types";
import type { Show } from "./route";

export const GRADES: readonly Grade[] = ["general", "serious", "major", "emergency"];
export const STATES = [
  "discovered",
  "accepted",
  "dispatched",
  "handled",
  "verified",
  "closed",
] as const;
export type Order = "grade" | "newest" | "due";
export const ORDERS: readonly Order[] = ["grade", "newest", "due"];

export const rank = (grade: Grade): number => GRADES.indexOf(grade);
const ENDED: readonly Case["state"][] = ["closed", "revisited", "archived"];
export const isOpen = (file: Case): boolean => !ENDED.includes(file.state);

type Short = (typeof STATES)[number];
/** How far along the short way the stages are that lie beside it. */
const BESIDE: Record<Exclude<Case["state"], Short>, Short> = {
  screened: "discovered",
  triaged: "accepted",
  suspended: "dispatched",
  transferred: "dispatched",
  unsolvable: "dispatched",
  revisited: "closed",
  archived: "closed",
};
export const reached = (state: Case["state"]): number =>
  STATES.indexOf(state in BESIDE ? BESIDE[state as keyof typeof BESIDE] : (state as Short));
export const isOverdue = (file: Case, now: number): boolean =>
  isOpen(file) && file.due !== null && Date.parse(file.due) < now;

const newer = (a: Case, b: Case): number =>
  Date.parse(b.opened) - Date.parse(a.opened) || b.id - a.id;
const dueAt = (file: Case): number => (file.due && isOpen(file) ? Date.parse(file.due) : Infinity);

function earlierDue(a: Case, b: Case): number {
  const [left, right] = [dueAt(a), dueAt(b)];
  return left === right ? newer(a, b) : left - right;
}

/** Open before closed, then by the order asked for. */
export function compare(order: Order): (a: Case, b: Case) => number {
  const within =
    order === "newest"
      ? newer
      : order === "due"
        ? earlierDue
        : (a: Case, b: Case) => rank(b.grade) - rank(a.grade) || newer(a, b);
  return (a, b) => Number(isOpen(b)) - Number(isOpen(a)) || within(a, b);
}

/** Why a case calls for somebody who knows it already: it is worse, or its danger is back. */
export function setback(known: Case, now: Case): "worse" | "back" | null {
  if (!isOpen(now)) return null;
  if (rank(now.grade) > rank(known.grade)) return "worse";
  return reached(now.state) < reached(known.state) ? "back" : null;
}

export type Filter = {
  show: Show;
  grid: string | null;
  kind: string | null;
  owner: string | null;
};

export const matches = (file: Case, filter: Filter): boolean =>
  (filter.show === "all" || isOpen(file) === (filter.show === "open")) &&
  (filter.grid === null || file.grid_path.includes(filter.grid)) &&
  (filter.kind === null || file.kind === filter.kind) &&
  (filter.owner === null || file.owner?.id === filter.owner);

/** Whether every word of the search stands somewhere in the texts, whatever its case. */
export function mentions(search: string, texts: (string | null | undefined)[]): boolean {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const all = texts.join("\n").toLocaleLowerCase();
  return words.every((word) => all.includes(word));
}

/**
 * The search as the hub understands it: it knows kinds by their ids only, so each word may as well
 * be one of the kinds whose label holds it.
 */
export function hubSearch(search: string, kindLabels: Record<string, string>): string {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const either = (word: string): string[] => [
    word,
    ...Object.entries(kindLabels)
      .filter(([, label]) => label.toLocaleLowerCase().includes(word))
      .map(([kind]) => kind),
  ];
  return words.map((word) => either(word).join("|")).join(" ");
}

/** The most severe grade of some cases, the newest case of it. */
export const worst = (files: Case[]): Case | undefined => files.toSorted(compare("grade"))[0];
