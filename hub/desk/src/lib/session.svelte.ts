/** Who is signed in here and what they may do; every view asks it, and a lost session ends in it. */
import { readMe, signIn, signOut, useCode } from "./accounts";
import { Refusal, whenRefused } from "./api";
import { hearsLive, reaches, unsigned, viewsFor, worksOn } from "./rights";
import type { Case, Me, Right, Rights } from "./types";

const RETRY_MS = 3000;
const AGAIN_MS = 5 * 60_000; // ours: rights begin and end with posts and leave
const SOON_MS = 10_000; // ours: one refusal seldom comes alone

/** `out`: somebody has to sign in; what was open before stays, unseen. */
type Phase = "starting" | "in" | "out";

class Session {
  me = $state.raw<Me | null>(null);
  phase = $state<Phase>("starting");
  /** The hub could not be asked who is signed in. */
  unreachable = $state(false);
  /** Whether the hub tells of changes as they happen. */
  readonly live = $derived(this.me !== null && hearsLive(this.me));
  /** What they may do, with the grids that each right reaches. */
  readonly rights = $derived.by<Rights>(() => {
    if (this.me === null) return {};
    return this.me.person === null ? unsigned(this.me.rights) : this.me.rights;
  });
  readonly views = $derived(viewsFor(this.rights));

  #asked = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  // Tabs of one browser share the cookie: what one does to it, the others hear.
  readonly #tabs = new BroadcastChannel("gridwarden.session");

  constructor() {
    whenRefused((refusal) => this.#refused(refusal));
    this.#tabs.onmessage = () => void this.check();
    setInterval(() => this.phase === "in" && void this.check(), AGAIN_MS);
  }

  /** The id of the person who is signed in; null for an account that belongs to nobody of the site. */
  get person(): string | null {
    return this.me?.person?.id ?? null;
  }

  /** Whether a right reaches an object, by the grids from the outermost to its own; or anything. */
  can(right: Right, path?: readonly string[]): boolean {
    return reaches(this.rights, right, path);
  }

  /** Whether some step of a case may be this person's. */
  worksOn(file: Case): boolean {
    return worksOn(this.rights, this.person, file);
  }

  /** The answer to what a right allows to ask; `nothing` without the right. */
  async allowed<T>(right: Right, question: () => Promise<T>, nothing: T): Promise<T> {
    return this.can(right) ? question() : nothing;
  }

  /** Ask the hub who is signed in. */
  async check(): Promise<void> {
    clearTimeout(this.#retry);
    this.#asked = Date.now();
    try {
      this.#take(await readMe());
    } catch (error) {
      if (error instanceof Refusal && error.status === Refusal.UNAUTHORIZED) return; // heard already
      this.unreachable = true;
      if (this.phase === "starting") this.#retry = setTimeout(() => void this.check(), RETRY_MS);
    }
  }

  async signIn(name: string, password: string, second: string | null): Promise<void> {
    this.#enter(await signIn(name, password, second));
  }

  /** Set a new password with a one-time code, which signs in, too. */
  async useCode(name: string, code: string, password: string, second: string | null): Promise<void> {
    this.#enter(await useCode(name, code, password, second));
  }

  /** Sign out; the page starts anew, so that nothing of what was read stays in it. */
  async signOut(): Promise<void> {
    await signOut();
    this.#tabs.postMessage("out");
    history.replaceState(null, "", "/");
    location.reload();
  }

  #enter(me: Me): void {
    this.#take(me);
    this.#tabs.postMessage("in");
  }

  #take(me: Me): void {
    // What somebody else has read here is not for the one who comes now.
    if (this.me !== null && this.me.account !== me.account) return location.reload();
    this.me = me;
    this.phase = "in";
    this.unreachable = false;
  }

  #refused(refusal: Refusal): void {
    if (refusal.status === Refusal.UNAUTHORIZED && refusal.slug === "sign-in") {
      this.phase = "out";
      this.unreachable = false;
    } else if (refusal.status === Refusal.FORBIDDEN && Date.now() - this.#asked > SOON_MS) {
      void this.check(); // a right may have ended
    }
  }
}

export const session = new Session();
