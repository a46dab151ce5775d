/** Gaps in a device's record: the line breaks there, and the time without data is hatched. Pure. */
import type { Gap } from "./types";
import type { Span } from "./plot";

/** The hub's gaps in seconds; one that lasts has no end, and one cut by two questions is joined. */
export function spansOf(gaps: Gap[]): Span[] {
  const spans: Span[] = [];
  for (const gap of gaps) {
    const from = Date.parse(gap.from) / 1000;
    const to = gap.open ? null : Date.parse(gap.to) / 1000;
    const before = spans.at(-1);
    if (before?.to === from) before.to = to;
    else spans.push({ from, to });
  }
  return spans;
}

/** The gaps after something was heard at `time`: one that lasted ends there. */
export function closed(gaps: Span[], time: number): Span[] {
  const last = gaps.at(-1);
  if (!last || last.to !== null || time <= last.from) return gaps;
  return [...gaps.slice(0, -1), { from: last.from, to: time }];
}

/** The gaps, with one that lasts since the device fell silent, unless they know of it already. */
export function continued(gaps: Span[], silentSince: number | null): Span[] {
  if (silentSince === null || gaps.at(-1)?.to === null) return gaps;
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
