/** The map's window on the plan: pixels = metres × scale + offset, north up. Pure. */
import type { Point } from "./types";

export type Bounds = readonly [number, number, number, number];
export type Size = { width: number; height: number };
/** Pixel of a plan point (x, y): `(x · scale + left, top − y · scale)`. */
export type Viewport = { scale: number; left: number; top: number };

const MARGIN_PX = 16;
const EDGE_PX = 24; // nearer to the edge counts as out of sight
const MOST_PX_PER_METRE = 12;

/** The whole of `bounds` centred in a window of `size`. */
export function fit([west, south, east, north]: Bounds, size: Size): Viewport {
  const width = Math.max(size.width - 2 * MARGIN_PX, 1);
  const height = Math.max(size.height - 2 * MARGIN_PX, 1);
  const scale = Math.min(width / (east - west), height / (north - south));
  return {
    scale,
    left: size.width / 2 - (scale * (west + east)) / 2,
    top: size.height / 2 + (scale * (south + north)) / 2,
  };
}

/** The smallest bounds that hold all points; null without any. */
export function boundsOf(points: readonly Point[]): Bounds | null {
  if (points.length === 0) return null;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Scaled by `factor` around a pixel that stays where it is; never smaller than the whole. */
export function zoom(view: Viewport, factor: number, [x, y]: Point, whole: Viewport): Viewport {
  const scale = Math.min(Math.max(view.scale * factor, whole.scale * 0.8), MOST_PX_PER_METRE);
  const by = scale / view.scale;
  return { scale, left: x - (x - view.left) * by, top: y - (y - view.top) * by };
}

/** Moved by pixels, with the middle of the window kept inside the bounds. */
export function pan(view: Viewport, [dx, dy]: Point, bounds: Bounds, size: Size): Viewport {
  const [west, south, east, north] = bounds;
  const within = (value: number, low: number, high: number): number =>
    Math.min(Math.max(value, low), high);
  const { scale } = view;
  return {
    scale,
    left: within(view.left + dx, size.width / 2 - east * scale, size.width / 2 - west * scale),
    top: within(view.top + dy, size.height / 2 + south * scale, size.height / 2 + north * scale),
  };
}

/** Moved so that a plan point is in sight; the same object if it is already. */
export function reveal(view: Viewport, point: Point, size: Size): Viewport {
  const [x, y] = toPixel(view, point);
  const inside = (at: number, length: number): boolean => at >= EDGE_PX && at <= length - EDGE_PX;
  if (inside(x, size.width) && inside(y, size.height)) return view;
  return { ...view, left: view.left + size.width / 2 - x, top: view.top + size.height / 2 - y };
}

export const toPixel = (view: Viewport, [x, y]: Point): Point => [
  x * view.scale + view.left,
  view.top - y * view.scale,
];

export const toPoint = (view: Viewport, [left, top]: Point): Point => [
  (left - view.left) / view.scale,
  (view.top - top) / view.scale,
];

/** The path of an outline, in metres. */
export const outline = (points: readonly Point[]): string =>
  `M${points.map(([x, y]) => `${x} ${y}`).join("L")}Z`;

/** The path of a line, in metres. */
export const polyline = (points: readonly Point[]): string =>
  `M${points.map(([x, y]) => `${x} ${y}`).join("L")}`;

/** The uppermost point of a polygon straight above or below its centre. */
export function crest(points: readonly Point[]): Point {
  const [x, middle] = centroid(points);
  const crossings = points.flatMap(([x1, y1], index) => {
    const [x2, y2] = points[(index + 1) % points.length] ?? [x1, y1];
    return x1 < x !== x2 < x ? [y1 + ((x - x1) / (x2 - x1)) * (y2 - y1)] : [];
  });
  return [x, Math.max(...crossings, middle)];
}

/** Centre of area of a simple polygon; of its corners if it has no area. */
export function centroid(points: readonly Point[]): Point {
  let [area, x, y] = [0, 0, 0];
  points.forEach(([x1, y1], index) => {
    const [x2, y2] = points[(index + 1) % points.length] ?? [x1, y1];
    const cross = x1 * y2 - x2 * y1;
    area += cross;
    x += (x1 + x2) * cross;
    y += (y1 + y2) * cross;
  });
  if (area !== 0) return [x / (3 * area), y / (3 * area)];
  const sum = points.reduce(([sx, sy], [px, py]) => [sx + px, sy + py] as Point, [0, 0] as Point);
  return [sum[0] / points.length, sum[1] / points.length];
}
