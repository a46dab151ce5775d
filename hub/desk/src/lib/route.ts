/** What the address says: view, opened case, device or grid, and the filter of the list. */

export const VIEWS = [
  "cases",
  "wall",
  "map",
  "grids",
  "devices",
  "registers",
  "system",
  "accounts",
  "audit",
  "me",
] as const;
export type View = (typeof VIEWS)[number];
export type Show = "open" | "closed" | "all";

/** The parts of the view `grids`. */
export const PARTS = ["tree", "map", "problems", "proposals", "leave", "staff"] as const;
export type Part = (typeof PARTS)[number];

export type Route = {
  view: View;
  /** Set only in the view `cases`. */
  caseId: number | null;
  /** Set only in the views `map` and `devices`. */
  device: string | null;
  /** The tab of the view `registers`. */
  register: string | null;
  /** What is opened in the views `registers` and `accounts`. */
  entry: string | null;
  /** The opened grid; set only in the view `grids`. */
  code: string | null;
  part: Part;
  /** The opened proposal; set only in the part `proposals`. */
  proposal: number | null;
  grid: string | null;
  kind: string | null;
  show: Show;
};

export const HOME: Route = {
  view: "cases",
  caseId: null,
  device: null,
  register: null,
  entry: null,
  code: null,
  part: "tree",
  proposal: null,
  grid: null,
  kind: null,
  show: "open",
};

const isView = (text: string): text is View => (VIEWS as readonly string[]).includes(text);

const isPart = (text: string | null): text is Part =>
  (PARTS as readonly (string | null)[]).includes(text);
const isId = (text: string | null): text is string => /^\d{1,15}$/.test(text ?? "");

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text) || null;
  } catch {
    return null; // a mistyped address: as if nothing stood there
  }
}

function entryIn(view: View, second: string, third: string): string | null {
  if (view === "accounts") return decoded(second);
  return view === "registers" && second ? decoded(third) : null;
}

/** `#/cases/12?grid=C-1-03` → route; what can't be read falls back to the open cases. */
export function readRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [first = "", second = "", third = ""] = path.split("/");
  const view = isView(first) ? first : HOME.view;
  const filter = new URLSearchParams(search);
  const show = filter.get("state");
  const named = filter.get("part");
  const part = view === "grids" && isPart(named) ? named : HOME.part;
  const proposal = filter.get("proposal");
  return {
    view,
    caseId: first === "cases" && isId(second) ? Number(second) : null,
    device: view === "map" || view === "devices" ? decoded(second) : null,
    register: view === "registers" ? decoded(second) : null,
    entry: entryIn(view, second, third),
    code: view === "grids" ? decoded(second) : null,
    part,
    proposal: part === "proposals" && isId(proposal) ? Number(proposal) : null,
    grid: filter.get("grid") || null,
    kind: filter.get("kind") || null,
    show: show === "closed" || show === "all" ? show : "open",
  };
}

/** What stands behind the view's name in the address. */
function openedIn(route: Route): string[] {
  const parts: Record<View, (string | null)[]> = {
    cases: [route.caseId === null ? null : String(route.caseId)],
    wall: [],
    map: [route.device],
    grids: [route.code],
    devices: [route.device],
    registers: [route.register, route.register === null ? null : route.entry],
    system: [],
    accounts: [route.entry],
    audit: [],
    me: [],
  };
  return parts[route.view].filter((part) => part !== null);
}

/** The address of a route; `readRoute` reads it back to the same. */
export function writeRoute(route: Route): string {
  const opened = openedIn(route)
    .map((part) => `/${encodeURIComponent(part)}`)
    .join("");
  const filter = new URLSearchParams();
  if (route.view === "grids" && route.part !== HOME.part) filter.set("part", route.part);
  if (route.view === "grids" && route.part === "proposals" && route.proposal !== null)
    filter.set("proposal", String(route.proposal));
  if (route.grid) filter.set("grid", route.grid);
  if (route.kind) filter.set("kind", route.kind);
  if (route.show !== "open") filter.set("state", route.show);
  const search = filter.toString();
  return `#/${route.view}${opened}${search && `?${search}`}`;
}
