import { offered, subjectOf, whereOf } from "../../../hub/desk/src/lib/subjects";
import type { Category } from "../../../hub/desk/src/lib/types";

const category = (id: string, about: Category["about"], reportable = true): Category => ({
  id,
  about,
  reportable,
  title: { en: id, zh: id },
  sort: "event",
  grade: "serious",
  due_minutes: 60,
  lead: "construction",
  cooperating: [],
  tracking: [],
  implementing: null,
  matter: null,
  joins: [],
});

const ALL = [
  category("hydrant_damaged", ["hydrant"]),
  category("equipment_buried", ["equipment", "hydrant"]),
  category("lane_blocked", ["lane"]),
  category("other_hazard", ["anywhere"]),
  category("equipment_expires", ["equipment"], false),
];
const ids = (subject: Parameters<typeof offered>[1]): string[] =>
  offered(ALL, subject).map(({ id }) => id);

describe("what a report can be about", () => {
  test("offers for a hydrant what can befall one, by device or by register", () => {
    const wanted = ["hydrant_damaged", "equipment_buried", "other_hazard"];
    expect(ids({ what: "device", id: "hydrant-07", kind: "hydrant" })).toEqual(wanted);
    expect(ids({ what: "hydrant", id: "H-7" })).toEqual(wanted);
  });

  test("offers for a spot on the map what can be anywhere", () => {
    expect(ids({ what: "point", at: [1, 2] })).toEqual(["lane_blocked", "other_hazard"]);
  });

  test("never offers what only the hub finds", () => {
    expect(ids({ what: "equipment", id: "E-1" })).toEqual(["equipment_buried", "other_hazard"]);
    expect(ids(null)).not.toContain("equipment_expires");
  });

  test("is read back from what a case is about", () => {
    expect(subjectOf("hydrant-07")).toEqual({ what: "device", id: "hydrant-07" });
    expect(subjectOf("hydrant:H-7")).toEqual({ what: "hydrant", id: "H-7" });
    expect(subjectOf("point:1.0,2.5")).toEqual({ what: "point", id: "1.0,2.5" });
  });

  test("is told to the hub by its name or its coordinates", () => {
    expect(whereOf({ what: "hydrant", id: "H-7" })).toEqual({ hydrant: "H-7" });
    expect(whereOf({ what: "point", at: [1, 2] })).toEqual({ point: [1, 2] });
  });
});
