import {
  closed,
  continued,
  gapAt,
  mended,
  places,
  spansOf,
  withGaps,
} from "../../../hub/desk/src/lib/gaps";
import type { Gap } from "../../../hub/desk/src/lib/types";

const gap = (from: number, to: number, open = false): Gap => ({
  from: new Date(from * 1000).toISOString(),
  to: new Date(to * 1000).toISOString(),
  missed: 3,
  open,
});

describe("the hub's gaps", () => {
  test("become spans in seconds; one that lasts has no end", () => {
    expect(spansOf([gap(10, 40), gap(60, 99, true)])).toEqual([
      { from: 10, to: 40 },
      { from: 60, to: null },
    ]);
  });

  test("that were asked for by weeks are joined again where the weeks meet", () => {
    const mend = mended([gap(2, 5), gap(10, 40)], [gap(40, 99, true)], 40_000);
    expect(spansOf(mend)).toEqual([
      { from: 2, to: 5 },
      { from: 10, to: null },
    ]);
    expect(mend.at(-1)?.missed).toBe(6);
  });

  test("stay two where the device was heard between them", () => {
    const two = [gap(10, 40), gap(40, 99)];
    expect(spansOf(two)).toHaveLength(2);
    expect(mended(two.slice(0, 1), two.slice(1), 50_000)).toEqual(two);
    expect(mended([], two, 10_000)).toEqual(two);
  });

  test("are seen however short, and as one where no pixel lies between them", () => {
    const gaps = [
      { from: 0, to: 1 },
      { from: 2, to: 30 },
      { from: 100, to: 101 },
      { from: 200, to: null },
      { from: 900, to: 999 },
    ];
    const place = (time: number | null): number => Math.min(time ?? 300, 300) / 10;
    expect(places(gaps, place, 1)).toEqual([
      [0, 3],
      [10, 11],
      [20, 30],
    ]);
  });

  test("end when the device is heard", () => {
    const lasting = [{ from: 60, to: null }];
    expect(closed(lasting, 80)).toEqual([{ from: 60, to: 80 }]);
    expect(closed(lasting, 60)).toBe(lasting);
    expect(closed([{ from: 1, to: 2 }], 80)).toEqual([{ from: 1, to: 2 }]);
    expect(closed([], 80)).toEqual([]);
  });

  test("go on with a silence that began while the page was open", () => {
    expect(continued([{ from: 1, to: 2 }], 60)).toEqual([
      { from: 1, to: 2 },
      { from: 60, to: null },
    ]);
    expect(continued([{ from: 60, to: 75 }], 60)).toEqual([{ from: 60, to: null }]);
    expect(continued([{ from: 55, to: null }], 60)).toEqual([{ from: 55, to: null }]);
    expect(continued([], null)).toEqual([]);
  });

  test("are found under the pointer, but not at their ends", () => {
    const gaps = [
      { from: 10, to: 40 },
      { from: 60, to: null },
    ];
    expect(gapAt(gaps, 20)).toBe(gaps[0]);
    expect(gapAt(gaps, 1000)).toBe(gaps[1]);
    expect([gapAt(gaps, 10), gapAt(gaps, 40), gapAt(gaps, 50)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a series with gaps", () => {
  test("breaks its line in each of them and nowhere else", () => {
    const gaps = [
      { from: 15, to: 100 },
      { from: 105, to: 125 },
    ];
    expect(withGaps([0, 15, 100, 105, 125], [1, 2, 3, 3, 4], gaps)).toEqual([
      [0, 15, 57.5, 100, 105, 115, 125],
      [1, 2, null, 3, 3, null, 4],
    ]);
  });

  test("breaks it between the readings although the gap is told to the millisecond only", () => {
    const [time, value] = withGaps([15.0007, 100.0004], [1, 2], [{ from: 15, to: 100 }]);
    expect(value).toEqual([1, null, 2]);
    expect(time[1]).toBe(57.5);
  });

  test("has nothing to break before its first and after its last value", () => {
    const gaps = [
      { from: 0, to: 50 },
      { from: 60, to: null },
    ];
    expect(withGaps([50, 60], [1, 2], gaps)).toEqual([
      [50, 60],
      [1, 2],
    ]);
    expect(withGaps([], [], gaps)).toEqual([[], []]);
  });

  test("stays as it is without gaps, however uneven", () => {
    expect(withGaps([0, 5, 900], [1, 2, 3], [])).toEqual([
      [0, 5, 900],
      [1, 2, 3],
    ]);
  });
});
