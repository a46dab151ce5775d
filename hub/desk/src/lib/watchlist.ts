/** What the page asks the hub about untrusted places (不放心场所). */
import { ask, query, segment } from "./api";
import type { components } from "../api";

type Schemas = components["schemas"];
export type WatchList = Schemas["WatchList"];
export type Watched = Schemas["WatchedView"];

export const readWatchList = (grid: string | null, released: boolean): Promise<WatchList> =>
  ask(`/api/watch-list?${query({ grid, released: released ? "true" : null })}`);
export const watchActs = (place: string): string => `/api/watch-list/${segment(place)}/acts`;
