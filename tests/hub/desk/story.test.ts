import { details } from "../../../hub/desk/src/lib/story";
import type { CaseFile, LogEntry } from "../../../hub/desk/src/lib/types";

const entry = (event: LogEntry["event"], data: LogEntry["data"]): LogEntry => ({
  seq: 1,
  at: "2026-11-22T08:00:00.000Z",
  actor: "system:sensor",
  actor_name: null,
  event,
  note: "",
  data,
  hash: "",
});
const anomalies = [{ rule: "low", unit: "MPa" }] as CaseFile["anomalies"];

describe("the log tells", () => {
  test("what was measured against which limit", () => {
    const data = { value: 0.088, limit: 0.14, unit: "MPa" };
    expect(details(entry("discovered", data), [])).toEqual([{ what: "measured", ...data }]);
  });

  test("how long it had lasted when time was the measure, and nothing of yes and no", () => {
    const lasted = { value: 15, limit: 15, unit: "s" };
    expect(details(entry("discovered", lasted), [])).toEqual([{ what: "lasted", seconds: 15 }]);
    expect(details(entry("discovered", { value: 1, limit: 1, unit: "1" }), [])).toEqual([]);
  });

  test("what a case became when it got worse", () => {
    const data = { kind: "hydrant_no_water", grade: "major", value: 0, limit: 0.02, unit: "MPa" };
    expect(details(entry("worsened", data), [])).toEqual([
      { what: "became", kind: "hydrant_no_water", grade: "major" },
      { what: "measured", value: 0, limit: 0.02, unit: "MPa" },
    ]);
  });

  test("at which value the sensor was good again, in the unit of what was broken", () => {
    expect(details(entry("sensor_recovered", { rule: "low", value: 0.3 }), anomalies)).toEqual([
      { what: "measured", value: 0.3, limit: null, unit: "MPa" },
    ]);
  });

  test("nothing more where somebody acted", () => {
    expect(details(entry("accepted", {}), anomalies)).toEqual([]);
  });
});
