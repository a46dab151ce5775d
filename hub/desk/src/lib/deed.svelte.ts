/** Something that a person does and the hub may refuse: whether it is under way, and why not. */
import type { Refusal } from "./api";
import { refusalOf } from "./registers";

export class Deed {
  busy = $state(false);
  refusal = $state.raw<Refusal | null>(null);

  /** Do it; whether it was done. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.refusal = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.refusal = refusalOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
