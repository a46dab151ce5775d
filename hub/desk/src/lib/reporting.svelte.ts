/** The report that somebody is writing: what it is about, and whether its form is open. */
import { ask, newKey, Refusal } from "./api";
import { whereOf, type Subject } from "./subjects";
import type { Point, Report, ReportRequest } from "./types";
import { where } from "./where.svelte";

class Reporting {
  open = $state(false);
  /** The map waits for a click on the spot. */
  picking = $state(false);
  subject = $state.raw<Subject | null>(null);
  #pending: { words: string; key: string } | null = null;

  start(subject: Subject | null = null): void {
    this.subject = subject;
    this.picking = false;
    this.open = true;
  }

  /** Let the spot be shown on the map. */
  pick(): void {
    this.open = false;
    this.picking = true;
    if (where.route.view !== "map") where.go({ view: "map", caseId: null, device: null });
  }

  picked([x, y]: Point): void {
    const decimetre = (metres: number): number => Math.round(metres * 10) / 10;
    this.subject = { what: "point", at: [decimetre(x), decimetre(y)] };
    this.picking = false;
    this.open = true;
  }

  close(): void {
    this.open = false;
    this.picking = false;
  }

  /** Send it, `named` or as a passer-by; a lost answer does not count twice. */
  async send(
    report: Omit<ReportRequest, "where" | "seen"> & { seen?: string },
    named: boolean,
  ): Promise<Report> {
    if (this.subject === null) throw new Refusal(0, "", "");
    const body = JSON.stringify({ ...report, where: whereOf(this.subject) });
    const words = `${named} ${body}`;
    if (this.#pending?.words !== words) this.#pending = { words, key: newKey() };
    const answer = await ask<Report>("/api/reports", {
      method: "POST",
      // Without the cookie the hub does not learn who reports.
      credentials: named ? "same-origin" : "omit",
      headers: { "Content-Type": "application/json", "Idempotency-Key": this.#pending.key },
      body,
    });
    this.#pending = null;
    return answer;
  }
}

export const reporting = new Reporting();
