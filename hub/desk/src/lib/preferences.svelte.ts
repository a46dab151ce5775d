/** How the page looks in this browser. */
import { recall, remember } from "./memory";

export const THEMES = ["system", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const kept = recall("theme");

class Preferences {
  #theme = $state<Theme>(THEMES.find((theme) => theme === kept) ?? "system");

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

  #show(): void {
    document.documentElement.dataset["theme"] = this.#theme;
  }
}

export const preferences = new Preferences();
