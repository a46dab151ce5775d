/** Gaps in a device's record: the line breaks there, and the time without data is hatched. Pure. */
import type { Gap } from "./types";
import type { Span } from "./plot";

/** The hub's gaps in seconds; one that lasts has no end. */
export const spansOf = (gaps: Gap[]): Span[] =>
  gaps.map((gap) => ({
    from: Date.parse(gap.from) / 1000,
    to: gap.open ? null : Date.parse(gap.to) / 1000,
  }));

/** The gaps of two questions, the second from `cut` on: one that both were told of is one. */
export function mended(before: Gap[], after: Gap[], cut: number): Gap[] {
  const [last, next] = [before.at(-1), after[0]];
  if (!last || !next || Date.parse(last.to) !== cut || Date.parse(next.from) !== cut)
    return [...before, ...after];
  const whole = { ...next, from: last.from, missed: last.missed + next.missed };
  return [...before.slice(0, -1), whole, ...after.slice(1)];
}

/** Spans as places in a plot, each at least `least` wide; those that touch are one. */
export function places(
  spans: Span[],
  place: (time: number | null) => number,
  least: number,
): [number, number][] {
  const found: [number, number][] = [];
  for (const { from, to } of spans) {
    const [left, right] = [place(from), place(to)];
    if (left >= right) continue;
    const before = found.at(-1);
    const end = Math.max(right, left + least);
    if (before && left <= before[1]) before[1] = Math.max(before[1], end);
    else found.push([left, end]);
  }
  return found;
}

/** The gaps after something was heard at `time`: one that lasted ends there. */
export function closed(gaps: Span[], time: number): Span[] {
  const last = gaps.at(-1);
  if (!last || last.to !== null || time <= last.from) return gaps;
  return [...gaps.slice(0, -1), { from: last.from, to: time }];
}

/** The gaps, the last of which lasts since the device fell silent, whether they know it or not. */
export function continued(gaps: Span[], silentSince: number | null): Span[] {
  const last = gaps.at(-1);
  if (silentSince === null || last?.to === null) return gaps;
  if (last && last.to > silentSince) return [...gaps.slice(0, -1), { from: last.from, to: null }];
  return [...gaps, { from: silentSince, to: null }];
}

/** The gap at some moment, if there is one. */
export const gapAt = (gaps: Span[], time: number): Span | undefined =>
  gaps.find(({ from, to }) => time > from && (to === null || time < to));

/** The same columns with an empty value inside each gap, so that no line crosses it. */
export function withGaps(
  time: number[],
  value: number[],
  gaps: Span[],
): [number[], (number | null)[]] {
  const times: number[] = [];
  const values: (number | null)[] = [];
  // Breaks stand amid the gaps: the hub tells a gap's ends less exactly than the readings' times.
  const breaks = gaps.flatMap(({ from, to }) => (to === null ? [] : [(from + to) / 2]));
  let next = 0;
  time.forEach((at, index) => {
    for (let middle = breaks[next]; middle !== undefined && middle < at; middle = breaks[next]) {
      next += 1;
      if (index === 0) continue;
      times.push(middle);
      values.push(null);
    }
    times.push(at);
    values.push(value[index] ?? null);
  });
  return [times, values];
}
