import { mark } from "../../../hub/desk/src/lib/axis";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const at = (...parts: [number, number, number, number?, number?, number?]): number =>
  new Date(...parts).getTime() / 1000;

describe("a mark of the time axis", () => {
  test("tells the time of day as exactly as the marks lie apart", () => {
    expect(mark(at(2026, 10, 20, 14, 5, 30), 30, "en")).toBe("14:05:30");
    expect(mark(at(2026, 10, 20, 14, 5), MINUTE, "en")).toBe("14:05");
  });

  test("tells the day where it begins", () => {
    expect(mark(at(2026, 10, 20), 6 * HOUR, "en")).toBe("11-20");
    expect(mark(at(2026, 10, 20, 6), 6 * HOUR, "en")).toBe("06:00");
    expect(mark(at(2026, 10, 20), 5, "en")).toBe("00:00:00");
  });

  test("tells days with the weekday in the page's language", () => {
    expect(mark(at(2026, 10, 20), DAY, "en")).toBe("11-20\nFri");
    expect(mark(at(2026, 10, 20), 2 * DAY, "zh-CN")).toBe("11-20\n周五");
  });

  test("tells weeks without: the weekday is the same for all", () => {
    expect(mark(at(2026, 10, 20), 7 * DAY, "en")).toBe("11-20");
  });
});
