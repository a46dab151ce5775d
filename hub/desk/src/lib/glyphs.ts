/** Glyphs on a field of 16 × 16, drawn by us: outlines for `stroke`. */

export const GLYPHS: Record<string, string> = {
  hydrant:
    "M5.5 13.5V7a2.5 2.5 0 0 1 5 0v6.5M3.5 13.5h9M3.8 8.6v2.2h1.7M12.2 8.6v2.2h-1.7M8 4.5V2.5",
  smoke: "M2.5 4.5h11l-1.6 3.2H4.1zM6 10c-.9 1 .9 1.8 0 3.5M10 10c-.9 1 .9 1.8 0 3.5",
  door: "M4 13.5V2.5h8v11M2.5 13.5h11M9.5 8v.6",
  reader: "M2.5 4h11v8h-11zM2.5 6.7h11M5 9.7h2.5",
  camera: "M2.5 5h7.5v6H2.5zM10 7.2l3.5-1.7v5L10 8.8",
  fire: "M8 2.2c.6 2.4 3.8 3.7 3.8 7A3.8 3.8 0 0 1 8 13.7a3.8 3.8 0 0 1-3.8-4.2c0-1.4.9-2.4 1.6-3 .2 1.2.7 1.6 1.2 1.8C6.6 6 6.9 3.9 8 2.2z",
  lane: "M4.5 13.5L6 2.5M11.5 13.5L10 2.5M8 3v2M8 7v2M8 11v2",
  silent: "M8 8v.01M4.8 11.2a4.5 4.5 0 0 1 0-6.4M11.2 4.8a4.5 4.5 0 0 1 0 6.4M3 13L13 3",
  lens: "M1.8 8S4 4 8 4s6.2 4 6.2 4-2.2 4-6.2 4-6.2-4-6.2-4zM3 13L13 3",
  agent: "M3 3.5h10v3.7H3zM3 8.8h10v3.7H3zM5.2 5.3v.1M5.2 10.6v.1",
  self_inspection: "M3.5 3.5h9v10h-9zM6 2.5h4v2H6zM5.8 9l1.6 1.6 3-3.2",
  device: "M4 4h8v8H4zM6.5 2.5V4M9.5 2.5V4M6.5 12v1.5M9.5 12v1.5",
  unknown: "M6 6.2a2 2 0 1 1 2.7 1.9c-.5.2-.7.6-.7 1.2M8 11.8v.1",
  map: "M2.5 4l3.7-1.5 3.6 1.5 3.7-1.5v9.5l-3.7 1.5-3.6-1.5-3.7 1.5zM6.2 2.5V12M9.8 4v9.5",
  cases: "M3 4h.01M5.5 4H13M3 8h.01M5.5 8H13M3 12h.01M5.5 12H13",
  wall: "M2 3.5h12v7H2zM8 3.5v7M2 7h12M6 13h4",
  devices:
    "M8 8h.01M5.2 10.8a4 4 0 0 1 0-5.6M10.8 5.2a4 4 0 0 1 0 5.6M3.2 12.8a6.8 6.8 0 0 1 0-9.6M12.8 3.2a6.8 6.8 0 0 1 0 9.6",
  registers: "M3.5 2.5h9v11h-9zM3.5 5.5h9M6 8h4M6 10.5h4",
  equipment: "M6 13.5V6.2a2 2 0 0 1 4 0v7.3zM8 4.2V2.5M8 2.5h2.5L12 4M8 2.5L5 4.5v3",
  report: "M3 2.5h10v8H8l-3 3v-3H3zM8 4.5v2.8M8 8.7v.1",
  system: "M2 8h2.8l1.7-4.5 3 9L11.2 8H14",
  back: "M9.5 3.5L5 8l4.5 4.5",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  whole: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  bell: "M4 11.5c1-1 1-2 1-4a3 3 0 0 1 6 0c0 2 0 3 1 4zM7 13.5h2",
  mute: "M4 11.5c1-1 1-2 1-4a3 3 0 0 1 6 0c0 2 0 3 1 4zM7 13.5h2M2.5 2.5l11 11",
  dark: "M12.5 9.7A5 5 0 0 1 6.3 3.5a5 5 0 1 0 6.2 6.2z",
  light:
    "M8 5.5a2.5 2.5 0 1 0 .01 0zM8 2v1M8 13v1M2 8h1M13 8h1M3.8 3.8l.7.7M11.5 11.5l.7.7M12.2 3.8l-.7.7M4.5 11.5l-.7.7",
  system_theme: "M2.5 3.5h11v7h-11zM6 13h4M8 10.5V13",
  check: "M3.5 8.5L6.5 11.5 12.5 5",
  refresh: "M12.8 6A5.2 5.2 0 1 0 13 9.3M13 3v3.2H9.8",
};

const CASE_GLYPHS: Record<string, string> = {
  hydrant_low_pressure: "hydrant",
  hydrant_no_water: "hydrant",
  smoke_alarm: "smoke",
  lane_blocked: "lane",
  door_forced: "door",
  door_held_open: "door",
  door_tampered: "door",
  passback: "reader",
  repeated_denials: "reader",
  unknown_card: "reader",
  impossible_travel: "reader",
  duress: "bell",
  card_lockout: "reader",
  device_silent: "silent",
  agent_silent: "silent",
  camera_fire: "fire",
  lens_covered: "lens",
  hydrant_critical_pressure: "hydrant",
  hydrant_pressure_trend: "hydrant",
  smoke_fault: "smoke",
  smoke_dirty: "smoke",
  smoke_trend: "smoke",
  hydrant_burst: "hydrant",
  hydrant_knocked: "hydrant",
  hydrant_cap_off: "hydrant",
  fire_confirmed: "fire",
  equipment_shut_down: "silent",
  sensor_stuck: "device",
  self_inspection_failed: "self_inspection",
  hydrant_damaged: "hydrant",
  equipment_enclosed: "equipment",
  equipment_buried: "equipment",
  equipment_dismantled: "equipment",
  equipment_damaged: "equipment",
  equipment_put_out_of_use: "equipment",
  equipment_diverted: "equipment",
  equipment_moved: "equipment",
  equipment_expires: "equipment",
  other_hazard: "report",
};

export const glyphOf = (name: string): string => GLYPHS[name] ?? GLYPHS["unknown"] ?? "";
export const caseGlyph = (kind: string): string => CASE_GLYPHS[kind] ?? "unknown";

const DEVICE_GLYPHS = new Set(["hydrant", "smoke", "door", "reader", "camera", "agent", "self_inspection"]);

/** The glyph of a kind of device: a plain sensor for kinds that a site has added. */
export const deviceGlyph = (kind: string | null): string =>
  kind === null ? "unknown" : DEVICE_GLYPHS.has(kind) ? kind : "device";
