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

  /** Send it in the name of `person`, or of a passer-by; a lost answer does not count twice. */
  async send(
    report: Omit<ReportRequest, "where" | "seen"> & { seen?: string },
    person: string | null,
  ): Promise<Report> {
    if (this.subject === null) throw new Refusal(0, "", "");
    const body = JSON.stringify({ ...report, where: whereOf(this.subject) });
    const words = `${person ?? ""} ${body}`;
    if (this.#pending?.words !== words) this.#pending = { words, key: newKey() };
    const answer = await ask<Report>("/api/reports", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": this.#pending.key,
        ...(person ? { "X-Gridwarden-Person": person } : {}),
      },
      body,
    });
    this.#pending = null;
    return answer;
  }
}

export const reporting = new Reporting();
