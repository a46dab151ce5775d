/** A device's series of one quantity: read once, then carried on by what the stream brings. */
import { readSeries } from "./api";
import type { LiveDevice } from "./device.svelte";

const POINTS = 600;

export class Trace {
  time = $state.raw<number[]>([]);
  value = $state.raw<number[]>([]);
  loading = $state(true);
  failure = $state<string | null>(null);

  constructor(
    readonly device: string,
    readonly quantity: string,
    from: Date,
    to: Date,
  ) {
    void this.#read(from, to);
  }

  async #read(from: Date, to: Date): Promise<void> {
    try {
      const series = await readSeries(this.device, this.quantity, from, to, POINTS);
      const newest = series.time.at(-1) ?? 0;
      const later = this.time.findIndex((time) => time > newest);
      this.value = [...series.value, ...(later < 0 ? [] : this.value.slice(later))];
      this.time = [...series.time, ...(later < 0 ? [] : this.time.slice(later))];
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.loading = false;
  }

  /** Append the device's latest value if it is new. */
  carryOn(device: LiveDevice): void {
    const latest = device.value(this.quantity);
    const at = latest ? Date.parse(latest.time) / 1000 : 0;
    if (!latest || at <= (this.time.at(-1) ?? 0)) return;
    this.time = [...this.time, at];
    this.value = [...this.value, latest.value];
  }
}
