import {
  columns,
  curveOf,
  joined,
  lonely,
  NOTHING,
  untold,
  type Curve,
} from "../../../hub/desk/src/lib/stretches";
import type { Series } from "../../../hub/desk/src/lib/types";

const HOUR = 3600;

/** Stretches of an hour that begin at so many hours: mean 2, from 1 to 3. */
const hours = (...at: number[]): Curve => ({
  time: at.map((hour) => hour * HOUR),
  value: at.map(() => 2),
  step: HOUR,
  low: at.map(() => 1),
  high: at.map(() => 3),
});
const readings = (time: number[], value: number[]): Curve => ({ ...NOTHING, time, value });
const span = (from: number, to: number | null) => ({
  from: from * HOUR,
  to: to === null ? null : to * HOUR,
});

describe("the hub's series", () => {
  const base = { device: "hydrant-07", quantity: "pressure", unit: "MPa", time: [1], value: [2] };

  test("are readings where nothing is said of stretches", () => {
    expect(curveOf(base as Series)).toEqual(readings([1], [2]));
  });

  test("keep their least and greatest values where they are rolled up", () => {
    expect(curveOf({ ...base, step_s: 60, low: [1], high: [3] })).toEqual({
      time: [1],
      value: [2],
      step: 60,
      low: [1],
      high: [3],
    });
  });
});

describe("a series read again", () => {
  test("keeps the readings that came meanwhile", () => {
    expect(joined(readings([1, 2], [5, 6]), readings([1, 3], [5, 7]))).toEqual(
      readings([1, 2, 3], [5, 6, 7]),
    );
  });

  test("takes no single reading among its stretches", () => {
    expect(joined(hours(0, 1), readings([9 * HOUR], [7]))).toEqual(hours(0, 1));
    expect(joined(hours(0, 1), hours(0, 1, 2))).toEqual(hours(0, 1));
  });
});

describe("the line through stretches", () => {
  test("runs through their middles, with the least and greatest values beside it", () => {
    expect(columns(hours(0, 1), [], 0)).toEqual([
      [0.5 * HOUR, 1.5 * HOUR],
      [2, 2],
      [1, 1],
      [3, 3],
    ]);
  });

  test("breaks, band and all, where none is for longer than the device may be quiet", () => {
    const broken = columns(hours(0, 1, 5), [], 15);
    expect(broken[0]).toEqual([0.5, 1.5, 3.5, 5.5].map((hour) => hour * HOUR));
    expect(broken.slice(1)).toEqual([
      [2, 2, null, 2],
      [1, 1, null, 1],
      [3, 3, null, 3],
    ]);
  });

  test("holds where the device is only due every few hours", () => {
    expect(columns(hours(0, 3, 6), [], 9 * HOUR)[1]).toEqual([2, 2, 2]);
  });

  test("breaks in a gap that the hub knows of, however patient one is", () => {
    expect(columns(hours(0, 3, 6), [span(3.2, 6.1)], 9 * HOUR)[1]).toEqual([2, 2, null, 2]);
  });

  test("holds where a gap is shorter than a stretch: there are values on both sides", () => {
    expect(columns(hours(0, 1, 2), [span(1.2, 1.4), span(1.9, 2.1)], 15)[1]).toEqual([2, 2, 2]);
  });

  test("of readings breaks in each gap and nowhere else", () => {
    const drawn = columns(readings([0, 60, 9000], [1, 2, 3]), [{ from: 60, to: 9000 }], 15);
    expect(drawn).toEqual([
      [0, 60, 4530, 9000],
      [1, 2, null, 3],
    ]);
  });
});

describe("gaps in which stretches tell something", () => {
  test("end where the stretches begin: only the readings were dropped", () => {
    expect(untold([span(-5, 3.5)], hours(0, 1, 2, 3))).toEqual([span(-5, 0)]);
    expect(untold([span(0.5, 9)], hours(0, 1, 2))).toEqual([span(3, 9)]);
    expect(untold([span(0.5, 9)], hours(0, 1, 2, 6, 7))).toEqual([span(3, 6), span(8, 9)]);
    expect(untold([span(0.5, null)], hours(0, 1))).toEqual([span(2, null)]);
  });

  test("stay where no stretch lies within them, and among readings", () => {
    const gaps = [span(0.2, 0.4), span(1.5, 4.5)];
    expect(untold(gaps, hours(0, 1, 4))).toEqual(gaps);
    expect(untold(gaps, readings([2 * HOUR], [1]))).toBe(gaps);
  });
});

test("values with none beside them are found, for no line leads to them", () => {
  expect(lonely([1, null, 2, null, 3, 4, null, 5])).toEqual([0, 2, 7]);
  expect(lonely([])).toEqual([]);
});
