import { cluster } from "../../../hub/desk/src/lib/cluster";
import type { Point } from "../../../hub/desk/src/lib/types";
import {
  centroid,
  crest,
  fit,
  pan,
  reveal,
  toPixel,
  zoom,
} from "../../../hub/desk/src/lib/viewport";

const BOUNDS = [0, 0, 200, 100] as const;
const SIZE = { width: 832, height: 632 };
const WHOLE = fit(BOUNDS, SIZE);

describe("the map's window", () => {
  test("shows the whole site in the middle, north up", () => {
    expect(WHOLE.scale).toBe(4);
    expect(toPixel(WHOLE, [100, 50])).toEqual([416, 316]);
    expect(toPixel(WHOLE, [0, 100])[1]).toBeLessThan(toPixel(WHOLE, [0, 0])[1]);
  });

  test("keeps the point under the pointer when it zooms", () => {
    const at = toPixel(WHOLE, [30, 70]);
    expect(toPixel(zoom(WHOLE, 2, at, WHOLE), [30, 70])).toEqual(at);
  });

  test("is never much smaller than the whole", () => {
    expect(zoom(WHOLE, 0.001, [0, 0], WHOLE).scale).toBeCloseTo(WHOLE.scale * 0.8);
  });

  test("cannot be dragged off the site", () => {
    const away = pan(WHOLE, [1e6, 1e6], BOUNDS, SIZE);
    expect(toPixel(away, [0, 100])).toEqual([416, 316]);
  });

  test("moves only when what is opened is out of sight", () => {
    expect(reveal(WHOLE, [100, 50], SIZE)).toBe(WHOLE);
    const near = zoom(WHOLE, 3, [0, 0], WHOLE);
    expect(toPixel(reveal(near, [190, 10], SIZE), [190, 10])).toEqual([416, 316]);
  });
});

describe("shapes", () => {
  const square: Point[] = [
    [0, 0],
    [4, 0],
    [4, 2],
    [0, 2],
  ];

  test("have a centre and a crest above it", () => {
    expect(centroid(square)).toEqual([2, 1]);
    expect(crest(square)).toEqual([2, 2]);
    expect(crest([...square, [0, 0]])).toEqual([2, 2]);
  });

  test("without area have the middle of their corners", () => {
    expect(
      centroid([
        [0, 0],
        [2, 2],
      ]),
    ).toEqual([1, 1]);
  });
});

test("markers nearer than the reach become one, named by the first", () => {
  const spots: Point[] = [
    [0, 0],
    [1, 0],
    [10, 0],
  ];
  const clusters = cluster(spots, (spot) => spot, 2);
  expect(clusters.map(({ at, items }) => [at, items.length])).toEqual([
    [[0, 0], 2],
    [[10, 0], 1],
  ]);
});
