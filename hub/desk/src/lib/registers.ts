/** What all registers ask the hub in one way: send in somebody's name. */
import { ask, Refusal } from "./api";

/** Send JSON in the name of `person`. */
export const send = <T>(
  method: "POST" | "PUT",
  path: string,
  person: string,
  body: unknown,
): Promise<T> =>
  ask<T>(path, {
    method,
    headers: { "Content-Type": "application/json", "X-Gridwarden-Person": person },
    body: JSON.stringify(body),
  });

/** What went wrong, as the page tells it. */
export const refusalOf = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal(Refusal.UNREACHABLE, "", String(error));
