/** What an entry of a case's log tells beyond its name. Pure. */
import type { CaseFile, Case, Grade, LogEntry } from "./types";

export type Detail =
  | { what: "measured"; value: number; limit: number | null; unit: string }
  | { what: "lasted"; seconds: number }
  | { what: "became"; kind: Case["kind"]; grade: Grade };

const number = (data: LogEntry["data"], key: string): number | null => {
  const value = data[key];
  return typeof value === "number" ? value : null;
};
const text = (data: LogEntry["data"], key: string): string =>
  typeof data[key] === "string" ? data[key] : "";

function measured(value: number | null, limit: number | null, unit: string): Detail[] {
  if (value === null || unit === "" || unit === "1") return []; // yes and no: the kind says it
  if (unit === "s") return value > 0 ? [{ what: "lasted", seconds: value }] : [];
  return [{ what: "measured", value, limit, unit }];
}

/** In the order to be told; a recovery's unit is that of the breach it ends. */
export function details(entry: LogEntry, anomalies: CaseFile["anomalies"]): Detail[] {
  const { data } = entry;
  const found = measured(number(data, "value"), number(data, "limit"), text(data, "unit"));
  switch (entry.event) {
    case "discovered":
    case "recurred":
      return found;
    case "worsened": {
      const kind = text(data, "kind") as Case["kind"];
      return [{ what: "became", kind, grade: text(data, "grade") as Grade }, ...found];
    }
    case "sensor_recovered": {
      const breach = anomalies.find(({ rule }) => rule === data["rule"]);
      const unit = breach?.unit === "s" ? "" : (breach?.unit ?? "");
      return measured(number(data, "value"), null, unit);
    }
    default:
      return [];
  }
}
