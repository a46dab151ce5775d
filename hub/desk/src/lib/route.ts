/** What the address says: view, opened case or device, and the filter of the list. */

export const VIEWS = ["cases", "wall", "map", "devices", "registers", "system"] as const;
export type View = (typeof VIEWS)[number];
export type Show = "open" | "closed" | "all";

export type Route = {
  view: View;
  /** Set only in the view `cases`. */
  caseId: number | null;
  /** Set only in the views `map` and `devices`. */
  device: string | null;
  /** The tab of the view `registers`, and what is opened in it. */
  register: string | null;
  entry: string | null;
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
  grid: null,
  kind: null,
  show: "open",
};

const isView = (text: string): text is View => (VIEWS as readonly string[]).includes(text);

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text) || null;
  } catch {
    return null; // a mistyped address: as if nothing stood there
  }
}

/** `#/cases/12?grid=C-1-03` → route; what can't be read falls back to the open cases. */
export function readRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [first = "", second = "", third = ""] = path.split("/");
  const view = isView(first) ? first : HOME.view;
  const filter = new URLSearchParams(search);
  const show = filter.get("state");
  return {
    view,
    caseId: first === "cases" && /^\d{1,15}$/.test(second) ? Number(second) : null,
    device: view === "map" || view === "devices" ? decoded(second) : null,
    register: view === "registers" ? decoded(second) : null,
    entry: view === "registers" && second ? decoded(third) : null,
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
    devices: [route.device],
    registers: [route.register, route.register === null ? null : route.entry],
    system: [],
  };
  return parts[route.view].filter((part) => part !== null);
}

/** The address of a route; `readRoute` reads it back to the same. */
export function writeRoute(route: Route): string {
  const opened = openedIn(route)
    .map((part) => `/${encodeURIComponent(part)}`)
    .join("");
  const filter = new URLSearchParams();
  if (route.grid) filter.set("grid", route.grid);
  if (route.kind) filter.set("kind", route.kind);
  if (route.show !== "open") filter.set("state", route.show);
  const search = filter.toString();
  return `#/${route.view}${opened}${search && `?${search}`}`;
}
