import { byState } from "../../../hub/desk/src/lib/sorting";

describe("the order of lists", () => {
  test("what ails stands first, and of one state ids stand as people count", () => {
    const lines = [
      { state: "ok", id: "H-10" },
      { state: "fault", id: "H-11" },
      { state: "ok", id: "H-9" },
    ];
    const ids = lines.sort(byState(["fault", "ok"])).map(({ id }) => id);
    expect(ids).toEqual(["H-11", "H-9", "H-10"]);
  });
});
