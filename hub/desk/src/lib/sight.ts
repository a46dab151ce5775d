/** Why a camera's picture is not live. Pure. */
import type { Condition } from "./types";

/** What the hub says of a camera that is looked at. */
export type Sight = "waiting" | "live" | "no_link" | "no_frames";
export type Dark =
  | "waiting"
  | "no_hub"
  | "refused"
  | "no_link"
  | "agent_offline"
  | "camera_silent"
  | "camera_fault"
  | "no_frames";

export type Known = {
  /** Whether the page hears the hub, or the hub refuses to show pictures. */
  channel: "open" | "down" | "refused";
  sight: Sight | undefined;
  camera: Condition | undefined;
  agentOnline: boolean;
};

/** The nearest reason; null while the picture is live. */
export function whyDark({ channel, sight, camera, agentOnline }: Known): Dark | null {
  if (channel === "refused") return "refused";
  if (channel === "down") return "no_hub";
  if (sight === "live") return null;
  if (sight === "no_link") return "no_link";
  if (!agentOnline) return "agent_offline";
  if (camera === "silent") return "camera_silent";
  if (camera === "fault") return "camera_fault";
  return sight === "no_frames" ? "no_frames" : "waiting";
}
