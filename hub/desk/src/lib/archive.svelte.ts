/** Closed cases are many: they are read page by page, for the filter that is on. */
import { readCases, type Wanted } from "./api";
import { desk } from "./desk.svelte";

const PAGE = 50;

class Archive {
  /** Where older ones go on; null when all that fit are here. */
  next = $state<string | null>(null);
  /** Closed cases from this id on are here, as far as they fit the filter. */
  floor = $state(Infinity);
  reading = $state(false);
  failure = $state<string | null>(null);
  #wanted: Wanted | null = null;

  /** Begin with the newest that fit. */
  async ask(wanted: Wanted): Promise<void> {
    this.#wanted = wanted;
    this.next = null;
    this.floor = Infinity;
    await this.#read(wanted);
  }

  /** Go on to older ones. */
  async more(): Promise<void> {
    if (this.#wanted) await this.#read(this.#wanted);
  }

  async #read(wanted: Wanted): Promise<void> {
    this.reading = true;
    try {
      const page = await readCases("closed", PAGE, this.next, wanted);
      if (wanted !== this.#wanted) return; // the filter has changed meanwhile
      page.items.forEach((file) => desk.upsert(file));
      this.next = page.next;
      this.floor = page.next === null ? 0 : Number(page.next);
      this.failure = null;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    } finally {
      if (wanted === this.#wanted) this.reading = false;
    }
  }
}

export const archive = new Archive();
