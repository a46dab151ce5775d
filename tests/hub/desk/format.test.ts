import {
  amount,
  bytes,
  countdown,
  grouped,
  measured,
  percent,
  spanParts,
  stretch,
} from "../../../hub/desk/src/lib/format";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test.each([
  [9_000, "0:09"],
  [4 * MINUTE + 9_000, "4:09"],
  [HOUR + 4 * MINUTE + 9_000, "1:04:09"],
  [-(HOUR + 1_000), "1:00:01"],
  [51 * HOUR + 10 * MINUTE, "2 d 03:10"],
])("a countdown of %d ms reads %s", (span, text) => expect(countdown(span)).toBe(text));

test("a span is told in its one or two largest units", () => {
  expect(spanParts(59_999)).toEqual([[59, "s"]]);
  expect(spanParts(61 * MINUTE)).toEqual([
    [1, "h"],
    [1, "m"],
  ]);
  expect(spanParts(25 * HOUR)).toEqual([
    [1, "d"],
    [1, "h"],
  ]);
});

test("values keep three digits that matter", () => {
  expect([0.31249, 12.345, 250.4, 3, 0].map(amount)).toEqual(["0.312", "12.3", "250", "3", "0"]);
});

test("the unit of a plain number is not shown", () => {
  expect(measured(1, "1")).toBe("1");
  expect(measured(0.14, "MPa")).toBe("0.140\u202fMPa");
});

test("a stretch is told by its hours, of days by its days", () => {
  const at = (...parts: [number, number, number, number?]) => new Date(...parts).getTime();
  expect(stretch(at(2026, 10, 20, 14), at(2026, 10, 20, 16))).toBe("11-20 14:00–16:00");
  expect(stretch(at(2026, 10, 20, 22), at(2026, 10, 21))).toBe("11-20 22:00–00:00");
  expect(stretch(at(2026, 10, 20), at(2026, 10, 21))).toBe("11-20");
  expect(stretch(at(2026, 10, 20), at(2026, 10, 27))).toBe("11-20–11-26");
});

test("a share is never rounded to nothing or to all", () => {
  expect([0, 0.004, 0.12, 0.996, 1].map(percent)).toEqual([
    "0\u202f%",
    "<1\u202f%",
    "12\u202f%",
    ">99\u202f%",
    "100\u202f%",
  ]);
});

test("sizes and counts are readable", () => {
  expect([0, 999, 4_200_000].map(bytes)).toEqual(["0 B", "999 B", "4.2 MB"]);
  expect(grouped(1_234_567)).toBe("1\u202f234\u202f567");
});
