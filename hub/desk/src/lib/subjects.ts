/** What a report or case is about: a device, or `hydrant:H-7`, `place:gate`, `point:1.0,2.0`. Pure. */
import type { Category, Point } from "./types";

export type SubjectKind = "device" | "hydrant" | "equipment" | "place" | "point";
export type Subject =
  | { what: "device" | "hydrant" | "equipment" | "place"; id: string; kind?: string }
  | { what: "point"; at: Point };

const NAMED: readonly string[] = ["hydrant", "equipment", "place", "point"];

/** What a case's `device` names. */
export function subjectOf(device: string): { what: SubjectKind; id: string } {
  const [what = "", ...rest] = device.split(":");
  return rest.length > 0 && NAMED.includes(what)
    ? { what: what as SubjectKind, id: rest.join(":") }
    : { what: "device", id: device };
}

/** Which categories are offered for a subject; all while none is chosen. */
export function offered(categories: readonly Category[], subject: Subject | null): Category[] {
  return categories.filter(
    (category) =>
      category.reportable &&
      (subject === null || category.about.some((about) => fits(about, subject))),
  );
}

function fits(about: Category["about"][number], subject: Subject): boolean {
  switch (subject.what) {
    case "hydrant":
      return about === "hydrant" || about === "anywhere";
    case "equipment":
      return about === "equipment" || about === "anywhere";
    case "device":
      return about === "anywhere" || about === (subject.kind === "hydrant" ? "hydrant" : "lane");
    case "place":
    case "point":
      return about === "anywhere" || about === "lane";
  }
}

/** As the hub takes it. */
export const whereOf = (subject: Subject): Record<string, string | Point> =>
  subject.what === "point" ? { point: subject.at } : { [subject.what]: subject.id };
