/** The cards of the fire equipment and what lacks, while their tab is open. */
import { ask, segment } from "./api";
import type { Card, CardFile, CardList, Stock } from "./types";

/** Kinds that the page has words for; a card may name any other. */
export const KINDS = [
  "extinguisher",
  "hose",
  "nozzle",
  "axe",
  "rescue_rope",
  "emergency_light",
  "hydrant_spanner",
  "pump",
] as const;

class Equipment {
  items = $state.raw<Card[] | null>(null);
  stock = $state.raw<Stock | null>(null);
  failure = $state<string | null>(null);

  async refresh(): Promise<void> {
    try {
      const [cards, stock] = await Promise.all([
        ask<CardList>("/api/equipment"),
        ask<Stock>("/api/equipment/stock"),
      ]);
      this.items = cards.items;
      this.stock = stock;
      this.failure = null;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }
}

export const equipment = new Equipment();

export const readCard = (id: string): Promise<CardFile> => ask(`/api/equipment/${segment(id)}`);
