/** An answer of the hub that is read when asked for, and read again after a change. */

export class Loaded<T> {
  value = $state.raw<T | null>(null);
  failure = $state<string | null>(null);
  #asked = 0;

  /** Ask anew; of answers that overtake each other, the one asked for last counts. */
  async read(question: () => Promise<T>): Promise<void> {
    const mine = ++this.#asked;
    try {
      const answer = await question();
      if (mine !== this.#asked) return;
      this.value = answer;
      this.failure = null;
    } catch (error) {
      if (mine === this.#asked) this.failure = error instanceof Error ? error.message : String(error);
    }
  }
}
