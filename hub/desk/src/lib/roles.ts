/** Every role that can be given to an account; the compiler sees to it that none is left out. */
import type { RoleName } from "./types";

const ALL: Record<RoleName, true> = {
  administrator: true,
  commander: true,
  desk: true,
  fire_supervisor: true,
  epidemiologist: true,
  inspector: true,
  chief: true,
  warden: true,
  stand_in: true,
  member: true,
  auxiliary: true,
  guide: true,
  micro_member: true,
  cell_officer: true,
  group_leader: true,
  slice_head: true,
  guard: true,
  collector: true,
  liaison: true,
  building_head: true,
  floor_head: true,
  room_head: true,
  upper_auditor: true,
  internal_auditor: true,
  social_auditor: true,
  outside_auditor: true,
  police_query: true,
  health_query: true,
  payer: true,
};

export const ROLES = Object.keys(ALL) as RoleName[];
