/** The hub's HTTP interface, one function per question. */
import type {
  Action,
  Agent,
  CaseFile,
  CasePage,
  DeadLetters,
  Device,
  Health,
  Series,
  Site,
} from "./types";

/** The hub refused, in its own words (`application/problem+json`), or could not be reached. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** The actions that are possible instead, if the hub says. */
    readonly allowed: string[] = [],
  ) {
    super(detail || title);
  }

  static readonly UNREACHABLE = 0;
}

type Problem = { title?: unknown; detail?: unknown; allowed?: unknown };

const worded = (part: unknown): string => (typeof part === "string" ? part : "");

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    throw new Refusal(Refusal.UNREACHABLE, "", error instanceof Error ? error.message : "");
  }
  const json = (response.headers.get("content-type") ?? "").includes("json");
  const body: unknown = json ? await response.json() : null;
  if (response.ok && json) return body as T;
  const problem = (body ?? {}) as Problem;
  const allowed = Array.isArray(problem.allowed) ? problem.allowed.map(String) : [];
  const title = worded(problem.title) || response.statusText;
  throw new Refusal(response.status, title, worded(problem.detail), allowed);
}

const query = (parts: Record<string, string | number | null>): string =>
  new URLSearchParams(
    Object.entries(parts)
      .filter((part): part is [string, string | number] => part[1] !== null)
      .map(([key, value]) => [key, String(value)]),
  ).toString();

const segment = encodeURIComponent;

export const readSite = (): Promise<Site> => ask("/api/site");
export const readDevices = (): Promise<Device[]> => ask("/api/devices");
export const readUnregistered = (): Promise<Device[]> => ask("/api/devices?registered=false");
export const readAgents = (): Promise<Agent[]> => ask("/api/agents");
export const readHealth = (): Promise<Health> => ask("/api/health");
export const readDeadLetters = (limit: number): Promise<DeadLetters> =>
  ask(`/api/dead-letters?${query({ limit })}`);
export const readCase = (id: number): Promise<CaseFile> => ask(`/api/cases/${id}`);

export const readCases = (
  state: "open" | "closed",
  limit: number,
  cursor: number | null,
): Promise<CasePage> => ask(`/api/cases?${query({ state, limit, cursor })}`);

export const readSeries = (
  device: string,
  quantity: string,
  from: Date,
  to: Date,
  points: number,
): Promise<Series> =>
  ask(
    `/api/devices/${segment(device)}/series?${query({
      quantity,
      from: from.toISOString(),
      to: to.toISOString(),
      points,
    })}`,
  );

export type StepRequest = { action: Action; note: string; to: string | null };

/** Take a step; `key` stays the same when the same step is tried again. */
export const takeStep = (
  id: number,
  step: StepRequest,
  person: string,
  key: string,
): Promise<CaseFile> =>
  ask(`/api/cases/${id}/steps`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-Gridwarden-Person": person,
      "Idempotency-Key": key,
    },
    body: JSON.stringify({
      action: step.action,
      note: step.note,
      ...(step.to === null ? {} : { to: step.to }),
    }),
  });

/** 128 random bits; unlike `randomUUID` also there when the page is served without TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
