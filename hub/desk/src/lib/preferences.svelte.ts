/** The user's choices in this browser: theme, acting person, sound. */
import { recall, remember } from "./memory";

export const THEMES = ["system", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const kept = recall("theme");

class Preferences {
  #theme = $state<Theme>(THEMES.find((theme) => theme === kept) ?? "system");
  #person = $state<string | null>(recall("person"));

  constructor() {
    this.#show();
  }

  get theme(): Theme {
    return this.#theme;
  }

  nextTheme(): void {
    this.#theme = THEMES[(THEMES.indexOf(this.#theme) + 1) % THEMES.length] ?? "system";
    remember("theme", this.#theme);
    this.#show();
  }

  /** In whose name steps are taken, until there are accounts. */
  get person(): string | null {
    return this.#person;
  }

  set person(id: string | null) {
    this.#person = id;
    remember("person", id);
  }

  #show(): void {
    document.documentElement.dataset["theme"] = this.#theme;
  }
}

export const preferences = new Preferences();
