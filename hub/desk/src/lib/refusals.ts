/** What the hub's refusals mean in words of ours; it speaks English to programs. */
import { i18n } from "../i18n/index.svelte";
import { Refusal } from "./api";

/** Why somebody was not let in; empty without a refusal. */
export function refusedWay(refusal: Refusal | null): string {
  if (refusal === null) return "";
  if (refusal.status === Refusal.UNREACHABLE) return i18n.t.signIn.unreachable;
  return i18n.t.signIn.refusals[refusal.slug] ?? (refusal.detail || refusal.title);
}
