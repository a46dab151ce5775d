/** What the signed-in person may do, and where. Pure; the hub decides, the page only hides the rest. */
import type { Case, HeldRole, Me, Right, Rights } from "./types";
import { PARTS, VIEWS, type Part, type View } from "./route";

export type { View };

/** Stands for the whole site. */
const EVERYWHERE = "*";

/**
 * Whether a right reaches an object; `path` are the grids from the outermost to the object's own.
 * Without one: whether it reaches anything at all.
 */
export function reaches(rights: Rights, right: Right, path?: readonly string[]): boolean {
  const reach = rights[right];
  if (reach === undefined) return false;
  return path === undefined || reach.includes(EVERYWHERE) || path.some((code) => reach.includes(code));
}

/** Deeds that a person of the site signs for: an account that belongs to nobody does none of them. */
const SIGNED: ReadonlySet<Right> = new Set<Right>([
  "cases.act",
  "cases.screen",
  "cases.assign",
  "cases.recheck",
  "cases.close",
  "cases.supervise",
  "grids.propose",
  "grids.decide",
  "command.direct",
  "registers.write",
  "registers.import",
  "equipment.consent",
  "staff.write",
  "leaves.write",
  "leaves.decide",
  "shutoffs.write",
]);

/** What an account that belongs to nobody of the site has left of its rights. */
export const unsigned = (rights: Rights): Rights =>
  Object.fromEntries(
    Object.entries(rights).filter(([right]) => !SIGNED.has(right as Right)),
  ) as Rights;

/** The rights without which a view would be empty; all of them are needed. */
const NEEDED: Record<View, readonly Right[]> = {
  cases: ["cases.read"],
  wall: ["cases.read", "cameras.look"],
  map: ["site.read"],
  grids: ["site.read"],
  devices: ["devices.read"],
  registers: ["registers.read"],
  system: ["system.read"],
  accounts: ["accounts.manage"],
  audit: ["audit.read"],
  me: [],
};

/** The rights that a view takes. */
export const needed = (view: View): readonly Right[] => NEEDED[view];

/** The views that are there for somebody, in the order of the tabs. */
export const viewsFor = (rights: Rights): View[] =>
  VIEWS.filter((view) => NEEDED[view].every((right) => reaches(rights, right)));

const STREAMED: readonly Right[] = ["cases.read", "devices.read"];
/** Who looks in from outside is told of nobody, and so of nothing live; `OUTSIDE` in hub/rights. */
const OUTSIDE: readonly HeldRole["role"][] = [
  "upper_auditor",
  "internal_auditor",
  "social_auditor",
  "outside_auditor",
];

/** Whether the hub tells somebody of changes as they happen. */
export const hearsLive = ({ rights, roles }: Pick<Me, "rights" | "roles">): boolean =>
  STREAMED.some((right) => reaches(rights, right)) &&
  (roles.length === 0 || !roles.every(({ role }) => OUTSIDE.includes(role)));

/** The parts of the division that are there for somebody. */
export const partsFor = (rights: Rights): Part[] =>
  PARTS.filter(
    (part) =>
      (part !== "leave" || reaches(rights, "leaves.read")) &&
      (part !== "staff" || reaches(rights, "staff.read")),
  );

const STEPS: readonly Right[] = [
  "cases.act",
  "cases.screen",
  "cases.assign",
  "cases.recheck",
  "cases.close",
  "cases.supervise",
];

/** Whether some step of a case may be somebody's: by a right in its grids, or because it waits for them. */
export const worksOn = (
  rights: Rights,
  person: string | null,
  file: Pick<Case, "grid_path" | "owner">,
): boolean =>
  STEPS.some((right) => reaches(rights, right, file.grid_path)) ||
  (person !== null && file.owner?.id === person && reaches(rights, "cases.act"));
