/** The register of hydrants while its tab is open; read anew when a case of the site changes. */
import { ask, segment } from "./api";
import type { Hydrant, HydrantFile, HydrantList, HydrantState } from "./types";

/** What needs somebody first. */
export const STATES: readonly HydrantState[] = [
  "no_water",
  "damaged",
  "low_pressure",
  "out_for_repair",
  "shut_off",
  "in_order",
  "removed",
];

class Hydrants {
  items = $state.raw<Hydrant[] | null>(null);
  failure = $state<string | null>(null);

  async refresh(): Promise<void> {
    try {
      this.items = (await ask<HydrantList>("/api/hydrants")).items;
      this.failure = null;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }
}

export const hydrants = new Hydrants();

export const readHydrant = (id: string): Promise<HydrantFile> =>
  ask(`/api/hydrants/${segment(id)}`);

/** Where the map of a grid's water sources is served. */
export const waterMap = (grid: string, form: "svg" | "html", language: string): string =>
  `/api/grids/${segment(grid)}/water-sources.${form}?lang=${language}`;
