import { within } from "../../../hub/desk/src/lib/registers";

const ITEMS = [{ grid_path: ["C", "C-1"] }, { grid_path: ["C", "C-2"] }, { grid_path: [] }];

describe("the entries of a register", () => {
  test("a grid shows what stands in it and in the grids within", () => {
    expect(within(ITEMS, "C")).toEqual(ITEMS.slice(0, 2));
    expect(within(ITEMS, "C-1")).toEqual(ITEMS.slice(0, 1));
  });

  test("without a grid all are shown, also those that stand in none", () => {
    expect(within(ITEMS, null)).toEqual(ITEMS);
  });
});
