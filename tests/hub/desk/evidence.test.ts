import { breaches, exhibit } from "../../../hub/desk/src/lib/breaches";
import type { CaseFile, Latest } from "../../../hub/desk/src/lib/types";

const START = "2026-11-22T08:00:00.000Z";
const START_S = Date.parse(START) / 1000;

type Parts = Pick<CaseFile, "anomalies" | "log">;
const file = (parts: Parts): CaseFile => parts as CaseFile;
const anomaly = { rule: "low", started: START } as CaseFile["anomalies"][number];

function recovery(rule: string, seconds: number): CaseFile["log"][number] {
  const data = { rule, recovered: (START_S + seconds) * 1_000_000 };
  return {
    seq: 2,
    at: START,
    event: "sensor_recovered",
    data,
  } as unknown as CaseFile["log"][number];
}

describe("the shaded breach", () => {
  test("lasts while the sensor has not recovered", () => {
    expect(breaches(file({ anomalies: [anomaly], log: [recovery("other", 5)] }))).toEqual([
      { from: START_S, to: null },
    ]);
  });

  test("ends at the event time of the recovery from the same rule", () => {
    expect(breaches(file({ anomalies: [anomaly], log: [recovery("low", 30)] }))).toEqual([
      { from: START_S, to: START_S + 30 },
    ]);
  });
});

describe("the plotted evidence", () => {
  const evidence = { quantity: "pressure", unit: "MPa", limit: 0.14, snapshots: [] as string[] };
  const of = (change: object) => ({ ...evidence, ...change }) as CaseFile["evidence"];
  const latest = (quantity: string, unit: string): Latest => ({
    quantity,
    unit,
    value: 1,
    time: START,
  });

  test("shows the limit when it is in the unit of the readings", () => {
    expect(exhibit(of({}), [latest("pressure", "MPa")])).toMatchObject({ limit: 0.14 });
    expect(exhibit(of({ quantity: "alarm", unit: "1" }), [latest("alarm", "")])?.limit).toBe(0.14);
  });

  test("leaves out a limit that is a duration", () => {
    const door = exhibit(of({ quantity: "open", unit: "s", limit: 8 }), [latest("open", "")]);
    expect(door).toMatchObject({ quantity: "open", limit: null });
  });

  test("of a silent device is what it measured before", () => {
    const heard = of({ quantity: "heard", unit: "s", limit: 15 });
    expect(exhibit(heard, [latest("alarm", ""), latest("obscuration", "%/m")])).toMatchObject({
      quantity: "obscuration",
      limit: null,
    });
  });

  test("of a camera is its pictures", () => {
    const seen = of({ quantity: "lens_covered", unit: "s", snapshots: ["/a.jpg"] });
    expect(exhibit(seen, [latest("luminance", "")])).toBeNull();
  });
});
