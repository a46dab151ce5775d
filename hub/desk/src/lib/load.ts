/** Load of a desk: cases that opened per ten minutes, against EEMUA 191. Pure. */

export const SPAN_MS = 10 * 60_000;
export const BARS = 12; // two hours

/** EEMUA 191: one alarm in ten minutes is acceptable, two can be managed, five are too demanding. */
export type Level = "calm" | "busy" | "high" | "flood";

export function level(count: number): Level {
  if (count <= 1) return "calm";
  if (count <= 2) return "busy";
  return count <= 5 ? "high" : "flood";
}

/** How many of some times lie in each of the last `BARS` spans, the oldest first. */
export function load(times: number[], now: number): number[] {
  const bars = new Array<number>(BARS).fill(0);
  for (const time of times) {
    const ago = Math.max(0, Math.floor((now - time) / SPAN_MS));
    const at = BARS - 1 - ago;
    if (at >= 0) bars[at] = (bars[at] ?? 0) + 1;
  }
  return bars;
}
