/** Markers that would lie on each other become one. Pure. */
import type { Point } from "./types";

export type Cluster<T> = { at: Point; items: T[] };

/** Each item joins the first cluster whose first item is nearer than `reach`, else begins one. */
export function cluster<T>(items: T[], spot: (item: T) => Point, reach: number): Cluster<T>[] {
  const clusters: Cluster<T>[] = [];
  for (const item of items) {
    const [x, y] = spot(item);
    const near = clusters.find(({ at }) => Math.hypot(at[0] - x, at[1] - y) < reach);
    if (near) near.items.push(item);
    else clusters.push({ at: [x, y], items: [item] });
  }
  return clusters;
}
