/** What the signed-in person is shown, by right and grid. */
import { hearsLive, reaches, unsigned, viewsFor, worksOn } from "../../../hub/desk/src/lib/rights";
import type { Rights } from "../../../hub/desk/src/lib/types";

const warden = { "site.read": ["C-1"], "cases.read": ["C-1"], "cases.act": ["C-1"] } as Rights;

test("a right in a grid reaches all below it, and nothing beside it (GR-12 in part)", () => {
  expect(reaches(warden, "cases.act", ["C", "C-1", "C-1-03"])).toBe(true);
  expect(reaches(warden, "cases.act", ["C", "C-2"])).toBe(false);
  expect(reaches(warden, "cases.act", ["C"])).toBe(false);
});

test("a right in the whole site reaches every grid, and what lies in none", () => {
  const rights = { "cases.read": ["*"] } as Rights;
  expect(reaches(rights, "cases.read", ["C", "C-2"])).toBe(true);
  expect(reaches(rights, "cases.read", [])).toBe(true);
  expect(reaches(rights, "cases.act", ["C"])).toBe(false);
});

test("without an object it is asked whether a right reaches anything", () => {
  expect(reaches(warden, "cases.act")).toBe(true);
  expect(reaches(warden, "staff.write")).toBe(false);
});

test("a right to one's own only reaches no grid", () => {
  const own = { "leaves.write": [] as string[] } as Rights;
  expect(reaches(own, "leaves.write")).toBe(true);
  expect(reaches(own, "leaves.write", ["C"])).toBe(false);
});

test("only views that somebody may read are shown; the own account always", () => {
  expect(viewsFor(warden)).toEqual(["cases", "map", "grids", "me"]);
  expect(viewsFor({ "audit.read": ["*"] } as Rights)).toEqual(["audit", "me"]);
  expect(viewsFor({} as Rights)).toEqual(["me"]);
});

test("the wall takes cases and cameras", () => {
  const cases = { "cases.read": ["*"] } as Rights;
  expect(viewsFor(cases)).not.toContain("wall");
  expect(viewsFor({ ...cases, "cameras.look": ["*"] })).toContain("wall");
});

test("a case is worked on by right in its grids, or by whom it waits for", () => {
  const file = (grid_path: string[], owner: string) =>
    ({ grid_path, owner: { id: owner, name: { en: "", zh: "" }, role: "warden" } }) as never;
  expect(worksOn(warden, "p-west", file(["C", "C-1"], "p-other"))).toBe(true);
  expect(worksOn(warden, "p-west", file(["C", "C-2"], "p-east"))).toBe(false);
  const lent = { "cases.read": [], "cases.act": [] } as unknown as Rights;
  expect(worksOn(lent, "p-west", file(["C", "C-2"], "p-west"))).toBe(true);
  expect(worksOn(lent, null, file(["C", "C-2"], "p-west"))).toBe(false);
  expect(worksOn({} as Rights, "p-west", file(["C", "C-1"], "p-west"))).toBe(false);
});

test("who looks in from outside is told of nothing live", () => {
  const roles = (role: string) => [{ role }] as never;
  expect(hearsLive({ rights: warden, roles: roles("warden") })).toBe(true);
  expect(hearsLive({ rights: warden, roles: roles("upper_auditor") })).toBe(false);
  expect(hearsLive({ rights: { "audit.read": ["*"] } as Rights, roles: [] })).toBe(false);
});

test("an account that belongs to nobody of the site reads, and signs for nothing", () => {
  expect(unsigned(warden)).toEqual({ "site.read": ["C-1"], "cases.read": ["C-1"] });
});
