/** Rolled-up series: stretches of equal width with their mean, least and greatest value. Pure. */
import { withGaps } from "./gaps";
import type { Span } from "./plot";
import type { Series } from "./types";

/** Readings, or stretches of `step` seconds by the time each begins, with `low` and `high`. */
export type Curve = {
  time: number[];
  value: number[];
  step: number | null;
  low: number[];
  high: number[];
};

export const NOTHING: Curve = { time: [], value: [], step: null, low: [], high: [] };

export const curveOf = ({ time, value, step_s, low, high }: Series): Curve => ({
  time,
  value,
  step: step_s ?? null,
  low: low ?? [],
  high: high ?? [],
});

type Column = (number | null)[];
/** Times and values to draw; of stretches the middle, mean, least and greatest. */
export type Columns = [number[], Column] | [number[], Column, Column, Column];

/** A series read again, with the readings that the stream brought since; stretches take none. */
export function joined(series: Curve, before: Curve): Curve {
  if (series.step !== null || before.step !== null) return series;
  const newest = series.time.at(-1) ?? 0;
  const later = before.time.findIndex((time) => time > newest);
  if (later < 0) return series;
  return {
    ...series,
    time: [...series.time, ...before.time.slice(later)],
    value: [...series.value, ...before.value.slice(later)],
  };
}

/**
 * The gaps without the time of which stretches tell: the hub finds gaps in the readings
 * themselves, which are dropped sooner than their roll-ups.
 */
export function untold(gaps: Span[], { time, step }: Curve): Span[] {
  if (step === null) return gaps;
  return gaps.flatMap((gap) => {
    const end = gap.to ?? Infinity;
    if (end - gap.from < step) return [gap];
    if (!time.some((at) => at >= gap.from && at + step <= end)) return [gap];
    const pieces: Span[] = [];
    let from = gap.from;
    for (const at of time) {
      if (at + step <= gap.from || at >= end) continue;
      if (at > from) pieces.push({ from, to: at });
      from = at + step;
    }
    return from < end ? [...pieces, { from, to: gap.to }] : pieces;
  });
}

/**
 * What to draw, with an empty value wherever the line has to break: inside each gap, and of
 * stretches also where there is none for longer than `patience` seconds.
 */
export function columns(curve: Curve, gaps: Span[], patience: number): Columns {
  const { time, value, step, low, high } = curve;
  if (step === null) return withGaps(time, value, gaps);
  const [middles, mean, least, most]: [number[], Column, Column, Column] = [[], [], [], []];
  const add = (at: number, ...values: [number | null, number | null, number | null]): void => {
    middles.push(at);
    [mean, least, most].forEach((column, which) => column.push(values[which] ?? null));
  };
  time.forEach((at, index) => {
    const end = (time[index - 1] ?? at) + step; // of the stretch before
    const empty = at - end;
    const known = ({ from, to }: Span): boolean => from < at && (to === null || to > end);
    if (empty > 0 && (empty > patience || gaps.some(known))) add(end + empty / 2, null, null, null);
    add(at + step / 2, value[index] ?? null, low[index] ?? null, high[index] ?? null);
  });
  return [middles, mean, least, most];
}

/** Which values have none beside them: no line leads to them. */
export const lonely = (values: ArrayLike<number | null | undefined>): number[] =>
  Array.from(values, (_, index) => index).filter(
    (index) => values[index] != null && values[index - 1] == null && values[index + 1] == null,
  );
