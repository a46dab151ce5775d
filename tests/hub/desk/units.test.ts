import { expect, test } from "vitest";
import { entryOf } from "../../../hub/desk/src/lib/files";
import { readItems, told } from "../../../hub/desk/src/lib/units";

test("equipment is read as it is typed, in either language's punctuation", () => {
  const items = [
    { kind: "extinguisher", count: 12 },
    { kind: "水带", count: 2 },
  ];
  expect(readItems("extinguisher=12; 水带 = 2")).toEqual(items);
  expect(readItems("extinguisher=12；水带=2；")).toEqual(items);
});

test("what is no list of kinds and counts is not guessed at", () => {
  for (const text of ["", "two hoses", "hose=", "hose=-1", "hose=1;axe"])
    expect(readItems(text)).toBeNull();
});

test("each aspect of a unit is told in one line", () => {
  const classes = { key_a: "Key unit, class A" };
  expect(told({ class: "key_a" }, classes)).toBe("Key unit, class A");
  expect(told({ class: "key_x" }, classes)).toBe("key_x");
  expect(told({ people: [{ name: "样本甲", phone: "" }] }, {})).toBe("样本甲");
  expect(told({ items: [{ kind: "emergency_light", count: 6 }] }, {})).toBe("emergency light × 6");
  expect(told({ number: "F-1", until: "2028-01-31" }, {})).toBe("F-1 → 2028-01-31");
  expect(told({ number: "", until: null }, {})).toBe("–");
});

test("a file stands in the address by kind and id", () => {
  expect(entryOf({ kind: "building", subject: "dormitory-1" })).toBe("building:dormitory-1");
});
