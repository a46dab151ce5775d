/** The audit log as somebody reads it: what is looked for, page by page, the newest first. */
import { ask, query } from "./api";
import type { AuditEntry, AuditLog } from "./types";

const PAGE = 100;

export type Sought = {
  actor: string;
  action: string;
  subject: string;
  /** As the browser's field of date and time gives it, local. */
  from: string;
  to: string;
};

export const NOTHING_SOUGHT: Sought = { actor: "", action: "", subject: "", from: "", to: "" };

const moment = (text: string): string | null => (text ? new Date(text).toISOString() : null);

/** The question for a page of entries before a number. Pure. */
export function auditQuery(sought: Sought, before: number | null): string {
  return query({
    actor: sought.actor.trim() || null,
    action: sought.action.trim() || null,
    subject: sought.subject.trim() || null,
    from: moment(sought.from),
    to: moment(sought.to),
    newest: "true",
    limit: PAGE,
    before,
  });
}

export class AuditReading {
  items = $state.raw<AuditEntry[]>([]);
  /** The last page's word on the chain. */
  log = $state.raw<AuditLog | null>(null);
  failure = $state<string | null>(null);
  busy = $state(false);
  #sought: Sought = NOTHING_SOUGHT;
  #asked = 0;

  /** Begin anew with what is looked for. */
  async seek(sought: Sought): Promise<void> {
    this.#sought = { ...sought };
    await this.#read(null);
  }

  /** The page before what is shown. */
  async older(): Promise<void> {
    await this.#read(this.log?.next ?? null);
  }

  async #read(before: number | null): Promise<void> {
    const mine = ++this.#asked;
    this.busy = true;
    try {
      const log = await ask<AuditLog>(`/api/audit?${auditQuery(this.#sought, before)}`);
      if (mine !== this.#asked) return;
      this.items = before === null ? log.items : [...this.items, ...log.items];
      this.log = log;
      this.failure = null;
    } catch (error) {
      if (mine === this.#asked) this.failure = error instanceof Error ? error.message : String(error);
    } finally {
      if (mine === this.#asked) this.busy = false;
    }
  }
}
