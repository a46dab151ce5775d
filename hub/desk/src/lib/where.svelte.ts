/** The route as it stands in the address bar; going somewhere means changing the address. */
import { readRoute, writeRoute, type Route } from "./route";

class Where {
  #route = $state.raw<Route>(readRoute(location.hash));

  constructor() {
    addEventListener("hashchange", () => (this.#route = readRoute(location.hash)));
  }

  get route(): Route {
    return this.#route;
  }

  /** The address after a change, for links. */
  href(change: Partial<Route>): string {
    return writeRoute({ ...this.#route, ...change });
  }

  /** Go there; the browser's back button returns. */
  go(change: Partial<Route>): void {
    location.hash = this.href(change);
  }

  /** Change a filter without adding to the history. */
  refine(change: Partial<Route>): void {
    const href = this.href(change);
    history.replaceState(null, "", href);
    this.#route = readRoute(href);
  }
}

export const where = new Where();
