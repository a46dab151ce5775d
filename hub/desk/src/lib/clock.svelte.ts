/** The hub's time, ticking once a second: a wrong clock in a phone must not falsify deadlines. */

const TICK_MS = 1000;
const TOLERATED_SKEW_MS = 2000; // ours: below it the difference is the way of the message

class Clock {
  #skew = 0;
  #now = $state(Date.now());

  constructor() {
    setInterval(() => (this.#now = Date.now() + this.#skew), TICK_MS);
  }

  /** Milliseconds since 1970, to the second. */
  get now(): number {
    return this.#now;
  }

  /** Learn the hub's time from a message that just came. */
  learn(time: number): void {
    const skew = time - Date.now();
    this.#skew = Math.abs(skew) > TOLERATED_SKEW_MS ? skew : 0;
  }
}

export const clock = new Clock();
