/** Writing into a register, once however often it is sent. */
import { ask, newKey } from "./api";

type Body = Record<string, unknown>;

/** Remembers the key of what was sent last, so that the same again after a lost answer counts once. */
export class Post<T> {
  #pending: { words: string; key: string } | null = null;

  async send(path: string, body: Body): Promise<T> {
    const text = JSON.stringify(body);
    const words = `${path} ${text}`;
    if (this.#pending?.words !== words) this.#pending = { words, key: newKey() };
    const answer = await ask<T>(path, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": this.#pending.key,
      },
      body: text,
    });
    this.#pending = null;
    return answer;
  }
}
