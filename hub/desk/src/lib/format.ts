/** Times, spans and values as a desk reads them: local time, 24 h, ISO-like. */

const two = (n: number): string => String(n).padStart(2, "0");
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `14:03:27` */
export function clockTime(ms: number): string {
  const d = new Date(ms);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** `2026-11-22` */
export function day(ms: number): string {
  const d = new Date(ms);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** `2026-11-22 14:03:27` */
export const dateTime = (ms: number): string => `${day(ms)} ${clockTime(ms)}`;

/** The time today, day and time before that. */
export const moment = (ms: number, now: number): string =>
  day(ms) === day(now) ? clockTime(ms) : `${day(ms).slice(5)} ${clockTime(ms).slice(0, 5)}`;

/** `11-20 14:00–16:00`; of a whole day `11-20`, of several `11-20–11-26`. */
export function stretch(from: number, to: number): string {
  const [first, last] = [day(from).slice(5), day(to - 1).slice(5)];
  if (to - from < DAY) return `${first} ${clockTime(from).slice(0, 5)}–${clockTime(to).slice(0, 5)}`;
  return first === last ? first : `${first}–${last}`;
}

export type SpanUnit = "d" | "h" | "m" | "s";

/** The one or two largest units of a span: `[[2,"h"],[5,"m"]]`. Negative spans count as their size. */
export function spanParts(ms: number): [number, SpanUnit][] {
  const size = Math.abs(ms);
  if (size >= DAY)
    return [
      [Math.floor(size / DAY), "d"],
      [Math.floor((size % DAY) / HOUR), "h"],
    ];
  if (size >= HOUR)
    return [
      [Math.floor(size / HOUR), "h"],
      [Math.floor((size % HOUR) / MINUTE), "m"],
    ];
  if (size >= MINUTE) return [[Math.floor(size / MINUTE), "m"]];
  return [[Math.floor(size / SECOND), "s"]];
}

/** A running clock: `4:09`, `1:04:09`, `2 d 03:10`. */
export function countdown(ms: number): string {
  const size = Math.abs(ms);
  const hours = Math.floor((size % DAY) / HOUR);
  const minutes = Math.floor((size % HOUR) / MINUTE);
  if (size >= DAY) return `${Math.floor(size / DAY)} d ${two(hours)}:${two(minutes)}`;
  const seconds = two(Math.floor((size % MINUTE) / SECOND));
  return hours ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

/** Three significant digits at most three decimals: pressures as `0.312`, flows as `12.4`. */
export function amount(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(Number.isInteger(value) ? 0 : digits);
}

/** A value with its unit, with a narrow gap; the unit `1` is none. */
export const measured = (value: number, unit: string): string =>
  unit && unit !== "1" ? `${amount(value)}\u202f${unit}` : amount(value);

/** A share of 1 in whole hundredths; more than nothing is never 0, less than all never 100. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return "<1\u202f%";
  if (whole === 100 && share < 1) return ">99\u202f%";
  return `${whole}\u202f%`;
}

/** `4.2 MB` */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let size = count;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit && size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** `1 234 567`, grouped by thin gaps in both languages. */
export const grouped = (count: number): string =>
  String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
