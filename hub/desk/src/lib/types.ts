/** Shapes of the hub's answers. */

export type Name = { en: string; zh: string };
export type Point = [number, number];
export type Instant = string;

export type CaseState =
  | "discovered"
  | "accepted"
  | "dispatched"
  | "handled"
  | "verified"
  | "closed";
export type Grade = "general" | "serious" | "major" | "emergency";
export type Step = "accept" | "dispatch" | "handle" | "verify" | "close";
export type Action = Step | "note";

export type Person = { id: string; name: Name; role: string };
export type Grid = {
  code: string;
  parent: string | null;
  level: number;
  name: Name;
  boundary: Point[];
  warden: string | null;
  stand_in: string | null;
  leaf: boolean;
};
export type Building = { id: string; name: Name; outline: Point[]; floors: number };
export type Road = { id: string; line: Point[]; width: number };
export type Place = {
  id: string;
  name: Name;
  kind: string;
  building: string | null;
  floor: number | null;
  at: Point;
};
export type Site = {
  id: string;
  name: Name;
  levels: Name[];
  bounds: [number, number, number, number];
  grids: Grid[];
  buildings: Building[];
  roads: Road[];
  places: Place[];
  people: Person[];
};

export type Latest = { quantity: string; value: number; unit: string; time: Instant };
export type DeviceState = "ok" | "silent" | "fault" | "unknown";
export type Device = {
  id: string;
  kind: string | null;
  place: string | null;
  at: Point | null;
  grid: string | null;
  agent: string | null;
  state: DeviceState;
  last_seen: Instant | null;
  latest: Latest[];
};
export type DevicePatch = Pick<Device, "id" | "state" | "last_seen" | "latest">;
export type Agent = {
  name: string;
  online: boolean;
  reported: Instant | null;
  made: number;
  acknowledged: number;
  evicted: number;
  spooled_batches: number;
  spooled_bytes: number;
};

export type Case = {
  id: number;
  number: string;
  kind: string;
  grade: Grade;
  state: CaseState;
  device: string;
  place: string | null;
  place_name: Name | null;
  grid: string | null;
  grid_path: string[];
  at: Point | null;
  opened: Instant;
  updated: Instant;
  due: Instant | null;
  overdue: boolean;
  owner: { id: string; name: Name } | null;
  recovered: boolean;
  recurrences: number;
  value: number | null;
  limit: number | null;
  unit: string;
};
export type LogEntry = {
  seq: number;
  at: Instant;
  actor: string;
  actor_name: Name | null;
  event: string;
  note: string;
  data: Record<string, unknown>;
  hash: string;
};
export type Evidence = {
  device: string;
  quantity: string | null;
  unit: string;
  limit: number | null;
  from: Instant;
  to: Instant;
  snapshots: string[];
};
export type CaseAnomaly = { id: string; rule: string; started: Instant; raised: Instant };
export type CaseFile = {
  case: Case;
  actions: Action[];
  log: LogEntry[];
  anomalies: CaseAnomaly[];
  evidence: Evidence;
};
export type CasePage = { items: Case[]; next: number | null };
export type Series = { device: string; quantity: string; time: number[]; value: number[] };
export type Health = {
  status: string;
  feed_lag_s: number | null;
  position: number;
  started: Instant;
  version: string;
};
export type DeadLetter = {
  id: number;
  received: Instant;
  topic: string;
  reason: string;
  bytes: number;
};
export type DeadLetters = { items: DeadLetter[]; total: number };
export type Beat = { time: Instant; feed_lag_s: number | null };
