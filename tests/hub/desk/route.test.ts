import { HOME, readRoute, writeRoute } from "../../../hub/desk/src/lib/route";

describe("the address of the desk page", () => {
  test("opens a case with the list filtered to a grid", () => {
    expect(readRoute("#/cases/12?grid=C-1-03&state=all")).toEqual({
      ...HOME,
      caseId: 12,
      grid: "C-1-03",
      show: "all",
    });
  });

  test.each([
    { ...HOME },
    { ...HOME, caseId: 7, kind: "smoke_alarm" },
    { ...HOME, view: "map" as const, device: "hydrant-07", grid: "C-2" },
    { ...HOME, view: "devices" as const, device: "a.b_c-1" },
    { ...HOME, view: "registers" as const, register: "hydrants", entry: "H 07/a" },
    { ...HOME, view: "registers" as const, register: "equipment", grid: "C-2" },
    { ...HOME, view: "system" as const, show: "closed" as const },
    { ...HOME, view: "wall" as const, grid: "C-1" },
  ])("reads back what it wrote: %o", (route) => {
    expect(readRoute(writeRoute(route))).toEqual(route);
  });

  test.each(["", "#", "#/nowhere/1", "#/cases/abc", "#/cases/-1", "#/cases/1e9"])(
    "falls back to the open cases from %s",
    (hash) => expect(readRoute(hash)).toEqual(HOME),
  );

  test("takes a broken escape for nothing", () => {
    expect(readRoute("#/devices/%E4%zz").device).toBeNull();
  });
});
