/** When a case's rules were broken, and which series shows it best. Pure. */
import type { Span } from "./plot";
import type { CaseFile, Latest, LogEntry } from "./types";

const MICROS = 1_000_000;

/** When the sensor was good again, in seconds; the log names the event time in microseconds. */
function recovered(entry: LogEntry): number {
  const at = entry.data["recovered"];
  return typeof at === "number" ? at / MICROS : Date.parse(entry.at) / 1000;
}

/** Spans in seconds; the end is null while the sensor has not recovered from that breach. */
export function breaches(file: CaseFile): Span[] {
  const recoveries = file.log
    .filter((entry) => entry.event === "sensor_recovered")
    .map((entry) => ({ rule: entry.data["rule"], at: recovered(entry) }));
  return file.anomalies.map((anomaly) => {
    const from = Date.parse(anomaly.started) / 1000;
    const end = recoveries.find(({ rule, at }) => rule === anomaly.rule && at >= from);
    return { from, to: end?.at ?? null };
  });
}

export type Exhibit = { quantity: string; unit: string; limit: number | null };

const SWITCHES: ReadonlySet<string> = new Set(["alarm", "open"]);
const plain = (unit: string): string => (unit === "1" ? "" : unit);

/**
 * The series to plot: the quantity that broke the rule if the device measures it, with the limit
 * if that is in the same unit (some limits are durations); else what the device measures anyway,
 * unless pictures show more.
 */
export function exhibit(evidence: CaseFile["evidence"], measures: Latest[]): Exhibit | null {
  const broken = measures.find((latest) => latest.quantity === evidence.quantity);
  if (broken) {
    const comparable = plain(broken.unit) === plain(evidence.unit);
    return { ...broken, limit: comparable ? evidence.limit : null };
  }
  const other = measures.find((latest) => !SWITCHES.has(latest.quantity)) ?? measures[0];
  return other && evidence.snapshots.length === 0 ? { ...other, limit: null } : null;
}
