/** A device's series of one quantity with its gaps: read, then carried on by what the stream brings. */
import { readGaps, readSeries } from "./api";
import type { LiveDevice } from "./device.svelte";
import { closed, spansOf } from "./gaps";
import type { Span } from "./plot";

const POINTS = 600;
const AGAIN_MS = 5000; // ours: late data comes in many batches

export class Trace {
  time = $state.raw<number[]>([]);
  value = $state.raw<number[]>([]);
  /** Seconds; null while it lasts. */
  gaps = $state.raw<Span[]>([]);
  loading = $state(true);
  failure = $state<string | null>(null);
  #asked = 0;

  constructor(
    readonly device: string,
    readonly quantity: string,
    readonly from: Date,
    to: Date,
  ) {
    void this.#read(to);
  }

  async #read(to: Date): Promise<void> {
    this.#asked = to.getTime();
    try {
      const [series, gaps] = await Promise.all([
        readSeries(this.device, this.quantity, this.from, to, POINTS),
        readGaps(this.device, this.from, to),
      ]);
      const newest = series.time.at(-1) ?? 0;
      const later = this.time.findIndex((time) => time > newest);
      this.value = [...series.value, ...(later < 0 ? [] : this.value.slice(later))];
      this.time = [...series.time, ...(later < 0 ? [] : this.time.slice(later))];
      this.gaps = closed(spansOf(gaps), this.time.at(-1) ?? 0);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.loading = false;
  }

  /** Take in that the device was heard: append its latest value, or read again what came late. */
  carryOn(device: LiveDevice, now: number): void {
    const latest = device.value(this.quantity);
    const at = latest ? Date.parse(latest.time) / 1000 : 0;
    if (latest && at > (this.time.at(-1) ?? 0)) {
      this.time = [...this.time, at];
      this.value = [...this.value, latest.value];
      this.gaps = closed(this.gaps, at);
    } else if (this.gaps.length > 0 && now - this.#asked >= AGAIN_MS) {
      void this.#read(new Date(now));
    }
  }
}
