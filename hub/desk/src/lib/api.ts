/** The hub's HTTP interface, one function per question. */
import { i18n } from "../i18n/index.svelte";
import { mended } from "./gaps";
import type {
  Agent,
  AgentGaps,
  Camera,
  CaseFile,
  CasePage,
  Command,
  CommandPage,
  DeadLetterPage,
  DepartureOrder,
  Device,
  DirectCommand,
  DivisionProblems,
  Gap,
  GridAt,
  GridFile,
  GridLine,
  Health,
  Leave,
  LeaveOrder,
  ResponsibilityLetter,
  LetterOrder,
  ResponsibilityLetters,
  SecrecyDuty,
  Order,
  Problem,
  Proposal,
  ProposalFile,
  Register,
  RegisterList,
  Series,
  ShutOff,
  Site,
  StaffReport,
  Step,
  Suggestion,
  Things,
  Vacancy,
  Verdict,
  TerminalList,
} from "./types";

const UNWELL = 503;
const NOT_FOUND = 404;
const NO_CONTENT = 204;

/** The hub refused, in its own words (`application/problem+json`), or could not be reached. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** The actions that are possible instead, if the hub says. */
    readonly allowed: string[] = [],
    /** Names the problem for programs: `step-out-of-turn`. */
    readonly slug: string = "",
    /** Seconds to wait before it is tried again, if the hub says. */
    readonly wait: number | null = null,
    /** The rights of which one is missing. */
    readonly rights: string[] = [],
  ) {
    super(i18n.t.file.refusals[slug] || detail || title);
  }

  static readonly UNREACHABLE = 0;
  static readonly UNAUTHORIZED = 401;
  static readonly FORBIDDEN = 403;
}

let refused: (refusal: Refusal) => void = () => {};

/** Call `listener` with whatever the hub refuses. */
export function whenRefused(listener: (refusal: Refusal) => void): void {
  refused = listener;
}

/** `also` is a status whose answer counts as well. */
export async function ask<T>(path: string, init: RequestInit = {}, also = 0): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    throw new Refusal(Refusal.UNREACHABLE, "", error instanceof Error ? error.message : "");
  }
  if (response.status === NO_CONTENT) return undefined as T;
  const json = (response.headers.get("content-type") ?? "").includes("json");
  const body: unknown = json ? await response.json() : null;
  if (json && (response.ok || response.status === also)) return body as T;
  const problem = (body ?? {}) as Partial<Problem>;
  const title = problem.title ?? response.statusText;
  const slug = problem.type?.split(":").at(-1) ?? "";
  const refusal = new Refusal(
    response.status,
    title,
    problem.detail ?? "",
    problem.allowed ?? [],
    slug,
    Number(response.headers.get("retry-after")) || null,
    problem.rights ?? [],
  );
  refused(refusal);
  throw refusal;
}

export const query = (parts: Record<string, string | number | null>): string =>
  new URLSearchParams(
    Object.entries(parts)
      .filter((part): part is [string, string | number] => part[1] !== null)
      .map(([key, value]) => [key, String(value)]),
  ).toString();

export const segment = encodeURIComponent;

/** Send JSON. */
export const send = <T>(method: "POST" | "PUT" | "DELETE", path: string, body: unknown): Promise<T> =>
  ask<T>(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

export const readSite = (): Promise<Site> => ask("/api/site");
export const readDevices = (): Promise<Device[]> => ask("/api/devices");
export const readUnregistered = (): Promise<Device[]> => ask("/api/devices?registered=false");
export const readAgents = (): Promise<Agent[]> => ask("/api/agents");
export const readAgentGaps = (agent: string): Promise<AgentGaps> =>
  ask(`/api/agents/${segment(agent)}/gaps`);
export const readHealth = (): Promise<Health> => ask("/api/health", {}, UNWELL);
export const readDeadLetters = (limit: number): Promise<DeadLetterPage> =>
  ask(`/api/dead-letters?${query({ limit })}`);
export const readRegisters = (): Promise<RegisterList> => ask("/api/registers");
export const readTerminals = (): Promise<TerminalList> => ask("/api/terminals");
export const confirmRegister = (register: string): Promise<Register> =>
  send("POST", `/api/registers/${segment(register)}/confirmations`, {});
export const readShutOffs = async (): Promise<ShutOff[]> =>
  (await ask<{ items: ShutOff[] }>("/api/shut-offs")).items;
export const readThings = (): Promise<Things> => ask("/api/site/things");
export const readGrids = (): Promise<GridLine[]> => ask("/api/grids");
export const readGrid = (code: string): Promise<GridFile> => ask(`/api/grids/${segment(code)}`);
/** Who held a grid at a time; now, if null. */
export const readHolder = (code: string, at: Date | null): Promise<GridAt> =>
  ask(`/api/grids/${segment(code)}/holder?${query({ at: at && at.toISOString() })}`);
export const readGridProblems = (): Promise<DivisionProblems> => ask("/api/grid-problems");
export const readProposals = (): Promise<Proposal[]> => ask("/api/proposals");
export const readProposal = (id: number): Promise<ProposalFile> => ask(`/api/proposals/${id}`);
export const readLeaves = (since: Date): Promise<Leave[]> =>
  ask(`/api/leaves?${query({ since: since.toISOString() })}`);
export const readCameras = async (grid: string | null = null): Promise<Camera[]> =>
  (await ask<{ items: Camera[] }>(`/api/cameras?${query({ grid })}`)).items;

/** Where the live pictures of some cameras come from. */
export const framesAddress = (cameras: string[]): string =>
  `/api/frames?${new URLSearchParams(cameras.map((camera) => ["camera", camera])).toString()}`;

/** Leaf grids without member, or without a live device or report. */
export const readBlind = async (): Promise<string[]> => {
  const problems = await ask<{ blind: { grid: string }[] }>("/api/grid-problems");
  return problems.blind.map(({ grid }) => grid);
};
export const readCase = (id: number): Promise<CaseFile> => ask(`/api/cases/${id}`);

export type Wanted = { grid: string | null; kind: string | null; owner: string | null; search: string };

export const readCases = (
  state: "open" | "closed",
  limit: number,
  cursor: string | null,
  wanted: Partial<Wanted> = {},
): Promise<CasePage> => ask(`/api/cases?${query({ state, limit, cursor, ...wanted })}`);

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

/** The longest that the hub works out gaps for at once. */
const WEEK_MS = 7 * 86_400_000;

const underWay = new Map<string, Promise<Gap[]>>();

/**
 * A device's gaps, by time. One that is not in the site's plan owes nothing and has none.
 * The charts of its quantities ask at the same time and share one answer.
 */
export function readGaps(device: string, from: Date, to: Date): Promise<Gap[]> {
  const key = `${device} ${from.getTime()} ${to.getTime()}`;
  const known = underWay.get(key);
  if (known) return known;
  const asked = askGaps(device, from, to).finally(() => underWay.delete(key));
  underWay.set(key, asked);
  return asked;
}

async function askGaps(device: string, from: Date, to: Date): Promise<Gap[]> {
  let gaps: Gap[] = [];
  for (let start = from.getTime(); start < to.getTime(); start += WEEK_MS) {
    const until = new Date(Math.min(start + WEEK_MS, to.getTime())).toISOString();
    const span = query({ from: new Date(start).toISOString(), to: until });
    try {
      const path = `/api/devices/${segment(device)}/gaps?${span}`;
      gaps = mended(gaps, (await ask<{ items: Gap[] }>(path)).items, start);
    } catch (error) {
      if (error instanceof Refusal && error.status === NOT_FOUND) return [];
      throw error;
    }
  }
  return gaps;
}

/** A proposed division: a GeoJSON collection of grids, or a whole site file. */
export type Drawn = { geojson: object } | { site: object };

export const makeProposal = (drawn: Drawn, reason: string): Promise<Proposal> =>
  send("POST", "/api/proposals", { ...drawn, reason });

export const decideProposal = (
  id: number,
  decision: Verdict,
  note: string,
): Promise<Proposal> => send("POST", `/api/proposals/${id}/decision`, { decision, note });

export const readSuggestions = (): Promise<Suggestion[]> => ask("/api/suggestions");
export const takeUpSuggestion = (grid: string): Promise<Proposal> =>
  send("POST", `/api/suggestions/${segment(grid)}/proposal`, {});

export const proposeDeparture = (order: DepartureOrder): Promise<Proposal> =>
  send("POST", "/api/departures", order);
export const readVacancies = (): Promise<Vacancy[]> => ask("/api/vacancies");
export const readSecrecyDuty = (): Promise<SecrecyDuty> => ask("/api/secrecy-duty");
export const signSecrecyDuty = (hash: string): Promise<SecrecyDuty> =>
  send("POST", "/api/secrecy-duty/signature", { hash });
export const readStaff = (): Promise<StaffReport> => ask("/api/staff");
export const readLetters = (): Promise<ResponsibilityLetters> => ask("/api/responsibility-letters");
export const fileLetter = (order: LetterOrder): Promise<ResponsibilityLetter> =>
  send("POST", "/api/responsibility-letters", order);
export const signLetter = (id: number): Promise<ResponsibilityLetter> =>
  send("POST", `/api/responsibility-letters/${id}/signature`, {});
export const readDirectCommand = (): Promise<DirectCommand> => ask("/api/direct-command");
export const switchDirectCommand = (
  active: boolean,
  reason: string,
): Promise<DirectCommand> => send("POST", "/api/direct-command", { active, reason });

export const fileLeave = (order: LeaveOrder): Promise<Leave> =>
  send("POST", "/api/leaves", order);

export const decideLeave = (id: number, decision: Verdict): Promise<Leave> =>
  send("POST", `/api/leaves/${id}/decision`, { decision });

/** Take a step; `key` stays the same when the same step is tried again. */
export const takeStep = (id: number, step: Step, key: string): Promise<CaseFile> =>
  ask(`/api/cases/${id}/steps`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Idempotency-Key": key,
    },
    body: JSON.stringify(step),
  });

/** Let a camera take a picture for a case; its log tells what became of it. */
export const attachPicture = (id: number, device: string): Promise<unknown> =>
  send("POST", `/api/cases/${id}/pictures`, { device });

/** Ask an agent for something that is worth doing for so many seconds. */
export const askAgent = (
  agent: string,
  order: Order,
  seconds: number,
  key: string,
): Promise<Command> =>
  ask(`/api/agents/${segment(agent)}/commands`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify({ order, valid_s: seconds }),
  });

export const readCommands = async (agent: string, limit: number): Promise<Command[]> => {
  const path = `/api/agents/${segment(agent)}/commands?${query({ limit })}`;
  return (await ask<CommandPage>(path)).items;
};

export const readCommand = (agent: string, id: string): Promise<Command> =>
  ask(`/api/agents/${segment(agent)}/commands/${segment(id)}`);

/** 128 random bits; unlike `randomUUID` also there when the page is served without TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
