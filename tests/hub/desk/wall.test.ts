import {
  newest,
  overdueFirst,
  toAssist,
  together,
  within,
} from "../../../hub/desk/src/lib/happenings";
import { level, load, SPAN_MS } from "../../../hub/desk/src/lib/load";
import { whyDark } from "../../../hub/desk/src/lib/sight";
import { boundsOf } from "../../../hub/desk/src/lib/viewport";
import { file } from "./make";

const at = (second: number): string => new Date(second * 1000).toISOString();

describe("the wall", () => {
  test("SE-16 in part: shows the newest events of a grid and below first", () => {
    const files = [
      file({ id: 1, updated: at(10), grid_path: ["C", "C-1"] }),
      file({ id: 2, updated: at(30), grid_path: ["C", "C-1"] }),
      file({ id: 3, updated: at(20), grid_path: ["C", "C-2"] }),
    ];
    expect(newest(files, 2).map(({ id }) => id)).toEqual([2, 3]);
    expect(within(files, "C-1").map(({ id }) => id)).toEqual([1, 2]);
    expect(within(files, null)).toHaveLength(3);
  });

  test("knows each case once, by its newest word", () => {
    const old = file({ id: 1, updated: at(10), state: "closed" });
    const again = file({ id: 1, updated: at(20), state: "dispatched" });
    expect(together([again], [old])).toEqual([again]);
    expect(together([old], [again])).toEqual([again]);
  });

  test("puts what is overdue for longest first", () => {
    const files = [
      file({ id: 1, due: at(100) }),
      file({ id: 2, due: at(50) }),
      file({ id: 3, due: at(500) }),
      file({ id: 4, due: at(10), state: "closed" }),
    ];
    expect(overdueFirst(files, 200_000).map(({ id }) => id)).toEqual([2, 1]);
  });

  test("GR-21 in part: asks neighbours who were told to help, and nobody else", () => {
    const files = [
      file({ id: 1, assist: ["p-east"] }),
      file({ id: 2, assist: ["p-east"], state: "closed" }),
      file({ id: 3, assist: [] }),
    ];
    expect(toAssist(files, "p-east").map(({ id }) => id)).toEqual([1]);
    expect(toAssist(files, "p-west")).toEqual([]);
    expect(toAssist(files, null)).toEqual([]);
  });

  test("SE-16 in part: counts new cases per ten minutes by EEMUA 191", () => {
    const now = 100 * SPAN_MS;
    const bars = load([now, now - 1, now - SPAN_MS - 1, now - 11.5 * SPAN_MS, 0], now);
    expect(bars).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
    expect([0, 1, 2, 3, 5, 6].map(level)).toEqual([
      "calm",
      "calm",
      "busy",
      "high",
      "high",
      "flood",
    ]);
  });

  test("frames a grid by its corners", () => {
    expect(boundsOf([[3, 1], [0, 7], [5, 2]])).toEqual([0, 1, 5, 7]);
    expect(boundsOf([])).toBeNull();
  });
});

describe("a camera that is not live", () => {
  const known = { channel: "open", sight: "no_frames", camera: "ok", agentOnline: true } as const;

  test.each([
    [{ sight: "live", camera: "fault" }, null],
    [{ channel: "refused" }, "refused"],
    [{ channel: "down", sight: "live" }, "no_hub"],
    [{ sight: "no_link", agentOnline: false }, "no_link"],
    [{ agentOnline: false }, "agent_offline"],
    [{ camera: "silent" }, "camera_silent"],
    [{ camera: "fault" }, "camera_fault"],
    [{ sight: "waiting" }, "waiting"],
    [{ sight: undefined }, "waiting"],
    [{}, "no_frames"],
  ] as const)("SE-15 in part: says why: %o", (change, why) => {
    expect(whyDark({ ...known, ...change })).toBe(why);
  });
});
