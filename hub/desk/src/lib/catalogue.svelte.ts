/** What may be reported and which departments act on it, as the plan says; read once. */
import { i18n } from "../i18n/index.svelte";
import { ask } from "./api";
import type { Categories, Category } from "./types";

class Catalogue {
  #read = $state.raw<Categories | null>(null);
  #asked = false;

  get categories(): Category[] {
    this.#ask();
    return this.#read?.categories ?? [];
  }

  /** What a department is called; its id until that is known. */
  department(id: string): string {
    this.#ask();
    return i18n.name(this.#read?.departments.find((one) => one.id === id)?.title) || id;
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    ask<Categories>("/api/report-categories").then(
      (read) => (this.#read = read),
      () => (this.#asked = false), // asked again when it is needed next
    );
  }
}

export const catalogue = new Catalogue();
