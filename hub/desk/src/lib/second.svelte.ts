/** The second step of a way in: nothing is asked until the hub says that an account has one. */
import { Refusal } from "./api";

const WANTED = "second-factor";

export class SecondStep {
  code = $state("");
  wanted = $state(false);

  /** Try to enter; with the code once it was asked for. The first time that is no refusal. */
  async try(enter: (second: string | null) => Promise<void>): Promise<void> {
    try {
      await enter(this.wanted ? this.code.trim() : null);
    } catch (error) {
      if (this.wanted || !(error instanceof Refusal) || error.slug !== WANTED) throw error;
      this.wanted = true;
    }
  }

  /** Somebody else wants to enter. */
  reset(): void {
    this.wanted = false;
    this.code = "";
  }
}
