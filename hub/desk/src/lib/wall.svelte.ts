/** What the wall asks for besides the stream: cameras, cases closed lately, blind spots. */
import { readBlind, readCameras, readCases } from "./api";
import type { Camera, Case } from "./types";

const CLOSED = 100; // ours: more than close in the two hours that the wall shows
const BLIND_MS = 10 * 60_000; // ours: who is blind changes by the day

export class Wall {
  cameras = $state.raw<Camera[]>([]);
  closed = $state.raw<Case[]>([]);
  /** Leaf grids that are blind spots; null while it is not known. */
  blind = $state.raw<string[] | null>(null);
  failure = $state<string | null>(null);

  /** Read what is shown of a grid until the returned function is called. */
  start(grid: string | null): () => void {
    let left = false;
    const read = async (): Promise<void> => {
      try {
        const [cameras, closed, blind] = await Promise.all([
          readCameras(grid),
          readCases("closed", CLOSED, null, { grid }),
          readBlind(),
        ]);
        if (left) return;
        [this.cameras, this.closed, this.blind] = [cameras, closed.items, blind];
        this.failure = null;
      } catch (error) {
        this.failure = error instanceof Error ? error.message : String(error);
      }
    };
    void read();
    const timer = setInterval(() => void read(), BLIND_MS);
    return () => {
      left = true;
      clearInterval(timer);
    };
  }
}
