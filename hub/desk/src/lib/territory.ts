/** Grids as they lie: floors, trees, what a layer holds. Pure. */
import type { Layer } from "./layers.svelte";
import type { Place, Point, Things, Unit } from "./types";

type Floored = { floor: number | null };
type Branch = { code: string; parent: string | null };

/** The floors that some grids hold, lowest first. */
export const floorsOf = (grids: readonly Floored[]): number[] =>
  [...new Set(grids.map(({ floor }) => floor).filter((floor) => floor !== null))].sort(
    (a, b) => a - b,
  );

/** The grids that a map of one floor shows. */
export const onFloor = <G extends Floored>(grids: readonly G[], floor: number | null): G[] =>
  grids.filter((grid) => grid.floor === null || grid.floor === floor);

/** Parents before children, each followed by those within it. */
export function treeOf<B extends Branch>(lines: readonly B[]): B[] {
  const within = Map.groupBy(lines, (line) => line.parent);
  const down = (line: B): B[] => [line, ...(within.get(line.code) ?? []).flatMap(down)];
  return (within.get(null) ?? []).flatMap(down);
}

const HOSPITALS = new Set(["hospital", "clinic"]);
const WATER = new Set(["hydrant", "pond", "well", "fire_pool", "water_source", "pump"]);

/** The layer that a unit is drawn in. */
export const layerOf = ({ kind }: Unit): Layer =>
  kind === "school" ? "schools" : HOSPITALS.has(kind) ? "hospitals" : "units";

/** Where water can be had. */
export const isWater = ({ kind }: Place): boolean => WATER.has(kind);

/** The path of many points, drawn as dots by a round stroke. */
export const dots = (points: readonly Point[]): string =>
  points.map(([x, y]) => `M${x} ${y}h0`).join("");

/** What is called what, of the things in a finding. */
export const unitName = (things: Things, id: string): Unit["name"] | undefined =>
  things.units.find((unit) => unit.id === id)?.name;

/** The middle value; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 ? high : (low + high) / 2;
}

/** Bounds of some rings, widened by a share of their size. */
export function boundsOf(
  rings: readonly (readonly Point[])[],
  share = 0.08,
): [number, number, number, number] {
  const points = rings.flat();
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [west, east] = [Math.min(...xs), Math.max(...xs)];
  const [south, north] = [Math.min(...ys), Math.max(...ys)];
  const by = Math.max(east - west, north - south, 1) * share;
  return [west - by, south - by, east + by, north + by];
}
