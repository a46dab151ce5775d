import {
  compare,
  hubSearch,
  isOverdue,
  matches,
  mentions,
  setback,
} from "../../../hub/desk/src/lib/cases";
import type { Case } from "../../../hub/desk/src/lib/types";
import { file, NAME } from "./make";

const ids = (files: Case[]): number[] => files.map((one) => one.id);

describe("the list of cases", () => {
  const old = file({ id: 1, grade: "emergency" });
  const recent = file({ id: 2, opened: "2026-11-22T08:30:00.000Z" });
  const pressing = file({ id: 3, grade: "serious", due: "2026-11-22T08:10:00.000Z" });
  const closed = file({ id: 4, grade: "emergency", state: "closed" });
  const all = [closed, recent, pressing, old];

  test("puts the most severe first and the closed last", () => {
    expect(ids(all.toSorted(compare("grade")))).toEqual([1, 3, 2, 4]);
  });

  test("puts the newest first", () => {
    expect(ids(all.toSorted(compare("newest")))).toEqual([2, 3, 1, 4]);
  });

  test("puts the next due first, those without a deadline after them", () => {
    const unhurried = file({ id: 5, due: null });
    expect(ids([unhurried, ...all].toSorted(compare("due")))).toEqual([3, 2, 1, 5, 4]);
  });

  test("a grid's filter takes in the grids below it", () => {
    const filter = { show: "open" as const, kind: null, owner: null };
    expect(matches(old, { ...filter, grid: "C-1" })).toBe(true);
    expect(matches(old, { ...filter, grid: "C-2" })).toBe(false);
    expect(matches(closed, { ...filter, grid: null })).toBe(false);
  });

  test("can show one person's cases only", () => {
    const own = file({ id: 6, owner: { id: "p-west", name: NAME } });
    const filter = { show: "open" as const, kind: null, grid: null, owner: "p-west" };
    expect([own, old].filter((one) => matches(one, filter))).toEqual([own]);
  });

  test("asks the hub for a word or the kinds whose label in the user's language holds it", () => {
    const labels = { smoke_alarm: "烟感报警", door_forced: "门禁强行开门" };
    expect(hubSearch(" 3号宿舍楼  烟感", labels)).toBe("3号宿舍楼 烟感|smoke_alarm");
    expect(hubSearch("", labels)).toBe("");
  });

  test("is searched by all words in any order, in both languages", () => {
    expect(mentions("library ALARM", ["Smoke alarm", NAME.en, NAME.zh])).toBe(true);
    expect(mentions("图书馆", ["Smoke alarm", NAME.en, NAME.zh])).toBe(true);
    expect(mentions("library door", ["Smoke alarm", NAME.en])).toBe(false);
  });

  test("a closed case is never overdue", () => {
    const late = Date.parse("2026-11-22T10:00:00.000Z");
    expect(isOverdue(old, late)).toBe(true);
    expect(isOverdue(closed, late)).toBe(false);
  });
});

describe("a case that is known already calls again", () => {
  const before = file({ grade: "serious", state: "handled" });

  test("when it became worse", () => {
    expect(setback(before, { ...before, grade: "emergency" })).toBe("worse");
  });

  test("when its danger came back after the work", () => {
    expect(setback(before, { ...before, state: "dispatched" })).toBe("back");
  });

  test("but not when it goes its way, or is over", () => {
    expect(setback(before, { ...before, state: "verified" })).toBeNull();
    expect(setback(before, { ...before, state: "closed", grade: "emergency" })).toBeNull();
    expect(setback(before, { ...before, recurrences: 3 })).toBeNull();
  });
});
