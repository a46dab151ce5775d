/** When a case's rules were broken: from each breach's start to the sensor's recovery. Pure. */
import type { Span } from "./plot";
import type { CaseFile } from "./types";

/** Spans in seconds; the end is null while the sensor has not recovered from that breach. */
export function breaches(file: CaseFile): Span[] {
  const recoveries = file.log
    .filter((entry) => entry.event === "sensor_recovered")
    .map((entry) => ({ rule: entry.data["rule"], at: Date.parse(entry.at) / 1000 }));
  return file.anomalies.map((anomaly) => {
    const from = Date.parse(anomaly.started) / 1000;
    const end = recoveries.find(({ rule, at }) => rule === anomaly.rule && at >= from);
    return { from, to: end?.at ?? null };
  });
}
