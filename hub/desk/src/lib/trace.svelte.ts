/** A device's series of one quantity with its gaps: read, then carried on by what the stream brings. */
import { readGaps, readSeries } from "./api";
import type { LiveDevice } from "./device.svelte";
import { closed, spansOf } from "./gaps";
import type { Span } from "./plot";
import { curveOf, joined, NOTHING, untold, type Curve } from "./stretches";
import type { Series } from "./types";

const POINTS = 600;
const AGAIN_MS = 5000; // ours: late data comes in many batches
const AGAIN_SHARE = 1 / 30; // ours: of a stretch, before which nothing new could be seen

export class Trace {
  curve = $state.raw<Curve>(NOTHING);
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
        readSeries(this.device, this.quantity, this.from, to, POINTS).then(this.#readEarly),
        readGaps(this.device, this.from, to),
      ]);
      this.curve = joined(series, this.curve);
      this.gaps = closed(untold(spansOf(gaps), this.curve), this.curve.time.at(-1) ?? 0);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.loading = false;
  }

  /** Stretches know where their line breaks: they are seen before the gaps, which take longer. */
  #readEarly = (series: Series): Curve => {
    const curve = curveOf(series);
    if (curve.step !== null) {
      this.curve = curve;
      this.loading = false;
    }
    return curve;
  };

  /**
   * Take in that the device was heard: append its latest value, or read again what came late.
   * Stretches are read again now and then: a single value is not the mean of one.
   */
  carryOn(device: LiveDevice, now: number): void {
    const latest = device.value(this.quantity);
    const at = latest ? Date.parse(latest.time) / 1000 : 0;
    const { time, value, step } = this.curve;
    if (step === null && latest && at > (time.at(-1) ?? 0)) {
      this.curve = { ...this.curve, time: [...time, at], value: [...value, latest.value] };
      this.gaps = closed(this.gaps, at);
      return;
    }
    if (step !== null) this.gaps = closed(this.gaps, at);
    const again = step === null ? AGAIN_MS : step * 1000 * AGAIN_SHARE;
    const growing = step !== null || this.gaps.length > 0;
    if (growing && now - this.#asked >= again) void this.#read(new Date(now));
  }
}
