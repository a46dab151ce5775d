/** Tables that people bring: tried first, then taken whole. */
import { ask, newKey, query } from "./api";
import type { components } from "../api";

export type ImportReport = components["schemas"]["ImportReport"];

export const sendTable = (
  path: string,
  file: File,
  source: string | null,
  dryRun: boolean,
): Promise<ImportReport> =>
  ask(`${path}?${query({ source, dry_run: String(dryRun) })}`, {
    method: "POST",
    headers: {
      "Content-Type": "text/csv",
      "Idempotency-Key": newKey(),
    },
    body: file,
  });
