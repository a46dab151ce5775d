/** What the page's tests are made of. */
import type { Case } from "../../../hub/desk/src/lib/types";

export const NAME = { en: "Library", zh: "图书馆" };

export function file(change: Partial<Case>): Case {
  return {
    id: 1,
    number: "2026-000001",
    kind: "smoke_alarm",
    grade: "general",
    state: "discovered",
    device: "smoke-1",
    place: "library-1",
    place_name: NAME,
    grid: "C-1-03",
    grid_path: ["C", "C-1", "C-1-03"],
    at: [0, 0],
    opened: "2026-11-22T08:00:00.000Z",
    updated: "2026-11-22T08:00:00.000Z",
    due: "2026-11-22T09:00:00.000Z",
    overdue: false,
    owner: null,
    path: null,
    lead: null,
    revisit_by: null,
    recovered: false,
    assist: [],
    coming: [],
    look: null,
    look_by: null,
    recurrences: 0,
    value: null,
    limit: null,
    unit: "",
    ...change,
  };
}
