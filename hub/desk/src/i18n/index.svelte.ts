/** The language spoken to the user, and names and spans in it. */
import { spanParts } from "../lib/format";
import { recall, remember } from "../lib/memory";
import type { Name, Site } from "../lib/types";
import { en, type Texts } from "./en";
import { zh } from "./zh";

export type LanguageCode = "en" | "zh";

const JUST_NOW_MS = 15_000; // ours: below it the ages would only flicker

type Added = Pick<Site, "kinds" | "device_kinds">;

const KEY = "language";
const LANGUAGES: Record<LanguageCode, Texts> = { en, zh };

function preferred(): LanguageCode {
  const kept = recall(KEY);
  if (kept === "en" || kept === "zh") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

class Language {
  #code = $state<LanguageCode>(preferred());
  /** Titles of kinds that the plan or the site has added. */
  added = $state.raw<Added>({ kinds: {}, device_kinds: {} });

  get code(): LanguageCode {
    return this.#code;
  }

  /** The texts, in the language chosen. */
  get t(): Texts {
    return LANGUAGES[this.#code];
  }

  toggle(): void {
    this.#code = this.#code === "en" ? "zh" : "en";
    remember(KEY, this.#code);
  }

  /** A name that the hub gave in both languages. */
  name(name: Name | null | undefined): string {
    return name ? name[this.#code] || name.en : "";
  }

  /** `2 h 5 min`, `2小时5分`. */
  span(ms: number): string {
    const gap = this.#code === "zh" ? "" : "\u202f";
    return spanParts(ms)
      .map(([count, unit]) => `${count}${gap}${this.t.units[unit]}`)
      .join(gap && " ");
  }

  /** How long ago something was: `2 min ago`. */
  age(ms: number): string {
    return ms < JUST_NOW_MS ? this.t.justNow : this.t.ago(this.span(ms));
  }

  /** The text of a key that the hub chose; a key without text is shown as it is. */
  pick(texts: Record<string, string>, key: string | null | undefined): string {
    return key ? (texts[key] ?? key.replaceAll("_", " ")) : "";
  }

  /** The texts of all kinds of cases. */
  get caseKinds(): Record<string, string> {
    return { ...this.#named(this.added.kinds), ...this.t.caseKinds };
  }

  caseKind(kind: string | null | undefined): string {
    return this.pick(this.caseKinds, kind);
  }

  deviceKind(kind: string | null | undefined): string {
    return this.pick({ ...this.#named(this.added.device_kinds), ...this.t.deviceKinds }, kind);
  }

  #named(titles: Record<string, Name>): Record<string, string> {
    return Object.fromEntries(Object.entries(titles).map(([key, name]) => [key, this.name(name)]));
  }
}

export const i18n = new Language();
