/** The site's plan with its look-ups. */
import type { Body, Grid, Name, Person, Place, Site } from "./types";

export class Plan {
  readonly grids: ReadonlyMap<string, Grid>;
  readonly people: ReadonlyMap<string, Person>;
  readonly places: ReadonlyMap<string, Place>;
  readonly bodies: ReadonlyMap<string, Body>;
  readonly leaves: readonly Grid[];
  /** All grids, each followed by those within it. */
  readonly tree: readonly Grid[];

  constructor(readonly site: Site) {
    this.grids = new Map(site.grids.map((grid) => [grid.code, grid]));
    this.people = new Map(site.people.map((person) => [person.id, person]));
    this.places = new Map(site.places.map((place) => [place.id, place]));
    this.bodies = new Map(site.bodies.map((body) => [body.id, body]));
    this.tree = site.grids.filter((grid) => grid.parent === null).flatMap((top) => this.#down(top));
    this.leaves = site.grids.filter((grid) => grid.leaf);
  }

  #down(grid: Grid): Grid[] {
    const within = this.site.grids.filter(({ parent }) => parent === grid.code);
    return [grid, ...within.flatMap((child) => this.#down(child))];
  }

  person(id: string | null | undefined): Person | undefined {
    return id ? this.people.get(id) : undefined;
  }

  /** What one who acts is called here: a person's name in both languages, else the bare account. */
  called(actor: string): Name {
    const bare = actor.replace(/^account:/, "");
    return this.person(actor)?.name ?? { en: bare, zh: bare };
  }

  placeName(id: string | null): Name | undefined {
    return id ? this.places.get(id)?.name : undefined;
  }

  /** The grids from the outermost to this one. */
  path(code: string | null): Grid[] {
    const path: Grid[] = [];
    for (let grid = code ? this.grids.get(code) : undefined; grid;) {
      path.unshift(grid);
      grid = grid.parent ? this.grids.get(grid.parent) : undefined;
    }
    return path;
  }

  /** Whom a case in this grid can be sent to: warden, stand-in, chiefs upwards, then all others. */
  candidates(code: string | null): { near: Person[]; others: Person[] } {
    const upwards = this.path(code).reverse();
    const ids = upwards.flatMap((grid) => [grid.warden, grid.stand_in]);
    const near = [...new Set(ids)].map((id) => this.person(id)).filter((person) => !!person);
    const others = this.site.people.filter((person) => !near.includes(person));
    return { near, others };
  }
}
