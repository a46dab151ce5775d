/** One device of the site with its live part, and what changes when the hub says so. */
import type { Condition, Device, DeviceNow, Latest, Point } from "./types";

export class LiveDevice {
  readonly id: string;
  readonly kind: string;
  readonly place: string | null;
  readonly at: Point | null;
  readonly grid: string | null;
  readonly agent: string | null;
  /** The bodies that own and repair it. */
  readonly owner: string | null;
  readonly repair: string | null;
  /** The age in milliseconds from which its data is stale; null of a reader, which owes nothing. */
  readonly staleAfter: number | null;
  state = $state<Condition>("unknown");
  /** Milliseconds, or null when it was never heard. */
  seen = $state<number | null>(null);
  latest = $state.raw<Latest[]>([]);

  constructor(device: Device) {
    this.id = device.id;
    this.kind = device.kind ?? "";
    this.place = device.place;
    this.at = device.at;
    this.grid = device.grid;
    this.agent = device.agent;
    this.owner = device.owner;
    this.repair = device.repair;
    this.staleAfter = device.stale_after_s === null ? null : device.stale_after_s * 1000;
    this.patch(device);
  }

  /** Take over what changed; quantities that the patch does not name keep their value. */
  patch(change: DeviceNow): void {
    this.state = change.state;
    this.seen = change.last_seen === null ? this.seen : Date.parse(change.last_seen);
    const named = new Set(change.latest.map((latest) => latest.quantity));
    const kept = this.latest.filter((latest) => !named.has(latest.quantity));
    this.latest = [...kept, ...change.latest].sort((a, b) => a.quantity.localeCompare(b.quantity));
  }

  /** Whether somebody should look after it. */
  get ailing(): boolean {
    return this.state === "silent" || this.state === "fault";
  }

  /** Whether it should have been heard since. */
  stale(now: number): boolean {
    return this.staleAfter !== null && this.seen !== null && now - this.seen > this.staleAfter;
  }

  value(quantity: string): Latest | undefined {
    return this.latest.find((latest) => latest.quantity === quantity);
  }
}
