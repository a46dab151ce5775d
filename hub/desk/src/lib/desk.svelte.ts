/** What the desk knows: plan, devices, agents and cases, kept current by the hub's stream. */
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { i18n } from "../i18n/index.svelte";
import { readAgents, readCases, readDevices, readSite } from "./api";
import { isOpen, isOverdue, setback } from "./cases";
import { clock } from "./clock.svelte";
import { LiveDevice } from "./device.svelte";
import { Plan } from "./plan";
import { session } from "./session.svelte";
import { follow } from "./stream";
import type { Agent, Beat, Case, Device, DeviceNow } from "./types";

const PAGE = 200;
const REREAD_MS = 60_000; // ours: who is told of nothing live sees how it was a minute ago
const EVENTS = ["case", "devices", "agents", "beat", "reset"] as const;

/** Why a case must be noticed. */
export type Cause = "new" | "worse" | "back";
export type Link = "connecting" | "live" | "down";

class Desk {
  plan = $state.raw<Plan | null>(null);
  agents = $state.raw<Agent[]>([]);
  readonly devices = new SvelteMap<string, LiveDevice>();
  readonly cases = new SvelteMap<number, Case>();
  /** Cases that came, or came back, while this page was open and that nobody has looked at here. */
  readonly unseen = new SvelteSet<number>();
  link = $state<Link>("connecting");
  /** When anything last came from the hub, in the hub's time; null before the first. */
  heard = $state<number | null>(null);
  lag = $state<number | null>(null);
  loaded = $state(false);
  trouble = $state<string | null>(null);

  readonly open = $derived([...this.cases.values()].filter(isOpen));
  readonly overdue = $derived(this.open.filter((file) => isOverdue(file, clock.now)));
  readonly ailing = $derived([...this.devices.values()].filter((device) => device.ailing));
  readonly online = $derived(this.agents.filter((agent) => agent.online));

  #arrivals: ((file: Case, cause: Cause) => void)[] = [];
  /** Up to where of the hub's log the cases here are true. */
  #position: number | null = null;

  /** Connect and keep current until the returned function is called. */
  start(): () => void {
    let stop: (() => void) | null = null;
    let left = false;
    // The stream goes on from where the lists end, so that nothing falls between.
    void this.refresh().then(() => {
      if (!left) stop = session.live ? this.#follow() : this.#reread();
    });
    return () => {
      left = true;
      stop?.();
    };
  }

  /** Read everything again and again, for who is told of nothing live. */
  #reread(): () => void {
    const timer = setInterval(() => void this.refresh(), REREAD_MS);
    return () => clearInterval(timer);
  }

  #follow(): () => void {
    const address = (): string =>
      this.#position === null ? "/api/stream" : `/api/stream?after=${this.#position}`;
    return follow(address, EVENTS, {
      opened: (again) => {
        this.link = "live";
        if (again || this.trouble !== null) void this.refresh();
        else void this.#rereadDevices(); // their messages have no ids to go on from
      },
      lost: () =>
        (this.link = this.heard === null && this.link === "connecting" ? "connecting" : "down"),
      refused: () => void session.check(),
      received: (event, data, id) => {
        this.#receive(event, data);
        if (event === "case") this.#position = Number(id);
      },
    });
  }

  /** Call `listener` with each case that must be noticed while the page is open. */
  onArrival(listener: (file: Case, cause: Cause) => void): void {
    this.#arrivals.push(listener);
  }

  /** Read everything afresh. */
  async refresh(): Promise<void> {
    const openBefore = this.open.map((file) => file.id);
    try {
      const [site, devices, agents, open] = await Promise.all([
        session.allowed("site.read", readSite, null),
        session.allowed("devices.read", readDevices, []),
        session.allowed("devices.read", readAgents, []),
        session.allowed("cases.read", () => this.#readOpen(), []),
      ]);
      if (site) {
        this.plan = new Plan(site);
        i18n.added = site;
      }
      this.#takeDevices(devices);
      this.agents = agents;
      this.#settle(open, openBefore);
      this.loaded = true;
      this.trouble = null;
      this.heard = Math.max(this.heard ?? 0, clock.now);
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    }
  }

  async #rereadDevices(): Promise<void> {
    try {
      this.#takeDevices(await session.allowed("devices.read", readDevices, []));
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    }
  }

  #takeDevices(devices: Device[]): void {
    for (const device of devices) {
      const known = this.devices.get(device.id);
      if (known) known.patch(device);
      else this.devices.set(device.id, new LiveDevice(device));
    }
  }

  /** Take over a case unless a newer state of it is known. */
  upsert(file: Case): void {
    const known = this.cases.get(file.id);
    if (!known || Date.parse(known.updated) <= Date.parse(file.updated))
      this.cases.set(file.id, file);
  }

  async #readOpen(): Promise<Case[]> {
    const items: Case[] = [];
    let cursor: string | null = null;
    do {
      const page = await readCases("open", PAGE, cursor);
      if (cursor === null) this.#position = page.position;
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    return items;
  }

  /** After a gap: take the snapshot, announce what came in it, drop what is open no more. */
  #settle(open: Case[], openBefore: number[]): void {
    const ids = new Set(open.map((file) => file.id));
    for (const id of openBefore) {
      const file = this.cases.get(id);
      if (file && isOpen(file) && !ids.has(id)) this.cases.delete(id);
    }
    open.forEach((file) => this.#hear(file));
  }

  /** Take over what the hub says of a case, and announce it if somebody must notice. */
  #hear(file: Case): void {
    const known = this.cases.get(file.id);
    this.upsert(file);
    if (!this.loaded || !isOpen(file)) return;
    const cause = known ? setback(known, file) : "new";
    if (cause === null || this.cases.get(file.id) !== file) return;
    this.unseen.add(file.id);
    this.#arrivals.forEach((listener) => listener(file, cause));
  }

  #receive(event: string, data: unknown): void {
    this.link = "live";
    if (event === "case") {
      this.#hear(data as Case);
    } else if (event === "devices") {
      for (const patch of data as DeviceNow[]) this.devices.get(patch.id)?.patch(patch);
    } else if (event === "agents") {
      this.agents = data as Agent[];
    } else if (event === "reset") {
      void this.refresh();
    } else if (event === "beat") {
      const beat = data as Beat;
      this.lag = beat.feed_lag_s;
      clock.learn(Date.parse(beat.time));
      if (this.trouble !== null) void this.refresh();
    }
    this.heard = clock.now;
  }
}

export const desk = new Desk();
