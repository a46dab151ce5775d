/** Reads a multipart answer as it comes; each part says its own length. Pure. */

export type Part = { headers: ReadonlyMap<string, string>; body: Uint8Array<ArrayBuffer> };

const GAP = [13, 10, 13, 10];
const LONGEST_HEAD = 4096; // ours: beyond it, this is no answer of the hub

export class PartReader {
  #held: Uint8Array<ArrayBuffer> = new Uint8Array();

  /** The parts that are whole with these bytes. Throws when they are no multipart answer. */
  push(chunk: Uint8Array): Part[] {
    const joined = new Uint8Array(this.#held.length + chunk.length);
    joined.set(this.#held);
    joined.set(chunk, this.#held.length);
    this.#held = joined;
    const parts: Part[] = [];
    for (let part = this.#next(); part !== null; part = this.#next()) parts.push(part);
    return parts;
  }

  #next(): Part | null {
    const end = gapIn(this.#held);
    if (end < 0) {
      if (this.#held.length > LONGEST_HEAD) throw new Error("not a multipart answer");
      return null;
    }
    const headers = new Map(
      new TextDecoder()
        .decode(this.#held.subarray(0, end))
        .split("\r\n")
        .filter((line) => line.includes(": "))
        .map((line): [string, string] => {
          const at = line.indexOf(": ");
          return [line.slice(0, at).toLowerCase(), line.slice(at + 2)];
        }),
    );
    const size = Number(headers.get("content-length"));
    if (!Number.isInteger(size) || size < 0) throw new Error("a part without a length");
    const start = end + GAP.length;
    if (this.#held.length < start + size + 2) return null;
    const body = this.#held.slice(start, start + size);
    this.#held = this.#held.slice(start + size + 2);
    return { headers, body };
  }
}

function gapIn(bytes: Uint8Array): number {
  const last = Math.min(bytes.length, LONGEST_HEAD) - GAP.length;
  for (let at = 0; at <= last; at++)
    if (GAP.every((byte, offset) => bytes[at + offset] === byte)) return at;
  return -1;
}
