/** The likeliest cause of a hydrant's trouble, as a case's log carries it. Pure. */
import type { LogEntry } from "./types";

export interface Cause {
  name: string;
  confidence: number;
  second: string;
  secondConfidence: number;
  evidence: Record<string, number>;
}

const SUDDEN_S = 5; // as hub/anomalies/cause.py has it
const NO_FLOW = 0.3; // L/s, likewise
const TILTED = 15; // degrees, likewise
const MS = 1000;

/** The cause in an entry's data; null where none was judged. */
export function causeOf(data: LogEntry["data"]): Cause | null {
  const told = data["cause"] as Record<string, unknown> | undefined;
  if (typeof told !== "object" || told === null || typeof told["name"] !== "string") return null;
  return {
    name: told["name"],
    confidence: Number(told["confidence"]),
    second: String(told["second"]),
    secondConfidence: Number(told["second_confidence"]),
    evidence: (told["evidence"] ?? {}) as Record<string, number>,
  };
}

/** How the page says each fact; the language files have them under `cause`. */
export interface Words {
  fell: (from: string, to: string) => string;
  suddenly: string;
  over: (span: string) => string;
  flow: (flow: string) => string;
  outlets: (count: string) => string;
  noFlow: string;
  neighbours: (fallen: number, all: number) => string;
  fire: (distance: string) => string;
  capOff: string;
  tilt: (degrees: string) => string;
  night: (hour: number) => string;
}

/** The facts that the cause rests on, in words, in the order in which one asks for them. */
export function facts(
  { evidence: seen }: Cause,
  words: Words,
  measured: (value: number, unit: string) => string,
  span: (ms: number) => string,
): string[] {
  const told: string[] = [];
  const { pressure, usual, fall_s: fall, flow, outlets, neighbours, fallen } = seen;
  if (pressure !== undefined && usual !== undefined && fall !== undefined)
    told.push(
      `${words.fell(measured(usual, "MPa"), measured(pressure, "MPa"))} ` +
        (fall <= SUDDEN_S ? words.suddenly : words.over(span(fall * MS))),
    );
  if (flow !== undefined && flow < NO_FLOW) told.push(words.noFlow);
  else if (flow !== undefined)
    told.push(
      words.flow(measured(flow, "L/s")) +
        (outlets === undefined ? "" : ` (${words.outlets(measured(outlets, "1"))})`),
    );
  if (neighbours !== undefined) told.push(words.neighbours(fallen ?? 0, neighbours));
  if (seen["fire_m"] !== undefined) told.push(words.fire(measured(Math.round(seen["fire_m"]), "m")));
  if (seen["cap_off"] === 1) told.push(words.capOff);
  if ((seen["tilt"] ?? 0) >= TILTED) told.push(words.tilt(measured(seen["tilt"] ?? 0, "°")));
  const hour = seen["hour"];
  if (hour !== undefined && (hour >= 22 || hour < 6)) told.push(words.night(hour));
  return told;
}
