/** Which layers the grid map draws, and which floor; remembered in this browser. */
import { recall, remember } from "./memory";

export const LAYERS = [
  "buildings",
  "roads",
  "houses",
  "units",
  "schools",
  "hospitals",
  "water",
  "devices",
  "hazards",
] as const;
export type Layer = (typeof LAYERS)[number];

const KEY = "grid-layers";
const FIRST: readonly Layer[] = ["buildings", "roads", "schools", "hospitals", "hazards"];

const kept = recall(KEY);

class Layers {
  on = $state.raw<ReadonlySet<Layer>>(
    new Set(kept === null ? FIRST : LAYERS.filter((layer) => kept.split(",").includes(layer))),
  );
  /** Where grids lie one above the other. */
  floor = $state<number | null>(null);

  toggle(layer: Layer): void {
    const next = new Set(this.on);
    if (!next.delete(layer)) next.add(layer);
    this.on = next;
    remember(KEY, [...next].join(","));
  }
}

export const layers = new Layers();
