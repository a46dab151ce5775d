/** The time axis: where its marks may stand and what they say. Pure. */
import { clockTime, day } from "./format";

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
const WEEK_S = 7 * DAY_S;

/** Seconds from one mark to the next: what people count in, over a month by weeks. */
export const STEPS: number[] = [
  ...[1, 5, 10, 15, 30],
  ...[1, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_S),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * HOUR_S),
  ...[1, 2, 7, 14, 28, 91].map((days) => days * DAY_S),
];

/** A mark's words at `seconds`, the next being `step` on; single days are told with the weekday. */
export function mark(seconds: number, step: number, language: string): string {
  const at = seconds * 1000;
  if (step >= DAY_S) {
    const date = day(at).slice(5);
    if (step >= WEEK_S) return date;
    const weekday = new Date(at).toLocaleDateString(language, { weekday: "short" });
    return `${date}\n${weekday}`;
  }
  const time = clockTime(at);
  if (step >= MINUTE_S && time === "00:00:00") return day(at).slice(5);
  return time.slice(0, step < MINUTE_S ? 8 : 5);
}
