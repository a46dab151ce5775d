/** Gaps in a series: where nothing was heard, the line must break instead of guessing. Pure. */

const LONGEST_STEPS = 5; // ours: a few lost reports are no gap
const SHORTEST_S = 10;

/** The same columns with an empty value inside each span much longer than the usual step. */
export function withGaps(time: number[], value: number[]): [number[], (number | null)[]] {
  const steps = time.slice(1).map((at, index) => at - (time[index] ?? at));
  const usual = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0;
  const longest = Math.max(usual * LONGEST_STEPS, SHORTEST_S);
  const times: number[] = [];
  const values: (number | null)[] = [];
  time.forEach((at, index) => {
    const step = steps[index - 1] ?? 0;
    if (step > longest) {
      times.push(at - step / 2);
      values.push(null);
    }
    times.push(at);
    values.push(value[index] ?? null);
  });
  return [times, values];
}
