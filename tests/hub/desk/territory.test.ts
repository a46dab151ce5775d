import {
  boundsOf,
  floorsOf,
  layerOf,
  median,
  onFloor,
  treeOf,
} from "../../../hub/desk/src/lib/territory";
import type { Unit } from "../../../hub/desk/src/lib/types";

const unit = (kind: string): Unit => ({
  id: kind,
  name: { en: kind, zh: kind },
  kind,
  at: [0, 0],
  building: null,
  floor: null,
  grid: null,
});

describe("grids as they lie (GR-25)", () => {
  test("floors are told once, lowest first, and a map shows one with all outdoors", () => {
    const grids = [{ floor: 2 }, { floor: null }, { floor: -1 }, { floor: 2 }];
    expect(floorsOf(grids)).toEqual([-1, 2]);
    expect(onFloor(grids, -1)).toEqual([{ floor: null }, { floor: -1 }]);
  });

  test("a tree lists each grid before those within it", () => {
    const lines = [
      { code: "C-1", parent: "C" },
      { code: "C", parent: null },
      { code: "C-1-01", parent: "C-1" },
      { code: "C-2", parent: "C" },
    ];
    expect(treeOf(lines).map((line) => line.code)).toEqual(["C", "C-1", "C-1-01", "C-2"]);
  });

  test.each([
    ["school", "schools"],
    ["clinic", "hospitals"],
    ["hospital", "hospitals"],
    ["shop", "units"],
  ])("a %s is drawn with the %s", (kind, layer) => expect(layerOf(unit(kind))).toBe(layer));

  test("the median of an even number lies between the middle two", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([5, 1, 3])).toBe(3);
    expect(median([])).toBe(0);
  });

  test("bounds are widened by a share of the larger side", () => {
    expect(boundsOf([[[0, 0], [10, 0], [10, 5]]], 0.1)).toEqual([-1, -1, 11, 6]);
  });
});
