/** What the page asks the hub about units. */
import { ask, query, segment } from "./api";
import type { components } from "../api";

type Schemas = components["schemas"];
export type UnitPage = Schemas["UnitPage"];
export type UnitLine = Schemas["UnitView"];
export type UnitFile = Schemas["UnitFile"];
export type UnitRules = Schemas["UnitRulesView"];
export type UnitEntry = Schemas["UnitEntryRequest"];
export type Standing = Schemas["StandingView"];
export type UnitState = "unfiled" | "open" | "unclassified";

/** As many as one page of the hub holds; the list says how many there are beyond. */
const MOST = 500;

export type UnitsWanted = {
  grid: string | null;
  class: string | null;
  state: string | null;
  search: string | null;
};

export const readUnits = (wanted: UnitsWanted): Promise<UnitPage> =>
  ask(`/api/units?${query({ limit: MOST, ...wanted })}`);
export const readUnit = (unit: string): Promise<UnitFile> => ask(`/api/units/${segment(unit)}`);
export const readUnitRules = (): Promise<UnitRules> => ask("/api/unit-rules");
export const unitEntries = (unit: string): string => `/api/units/${segment(unit)}/entries`;
export const signOf = (unit: string, lang: string): string =>
  `/api/units/${segment(unit)}/sign?${query({ lang })}`;

/** An entry's data in one line. */
export function told(data: Record<string, unknown>, classes: Record<string, string>): string {
  if (typeof data["class"] === "string") return classes[data["class"]] ?? data["class"];
  if (Array.isArray(data["people"]))
    return (data["people"] as { name: string; phone: string }[])
      .map(({ name, phone }) => `${name} ${phone}`.trim())
      .join(" · ");
  if (Array.isArray(data["items"]))
    return (data["items"] as { kind: string; count: number }[])
      .map(({ kind, count }) => `${kind.replaceAll("_", " ")} × ${count}`)
      .join(" · ");
  if (typeof data["number"] === "string")
    return [data["number"] || "–", data["until"]].filter(Boolean).join(" → ");
  return "";
}

/** `extinguisher=12; hose=2` → items; null where it can't be read. */
export function readItems(text: string): { kind: string; count: number }[] | null {
  const parts = text
    .split(/[;；]/)
    .map((part) => part.trim())
    .filter(Boolean);
  const items = parts.map((part) => /^(.+?)\s*=\s*(\d{1,6})$/.exec(part));
  if (items.length === 0 || items.some((item) => item === null)) return null;
  return items.map((item) => ({ kind: item?.[1] ?? "", count: Number(item?.[2]) }));
}
