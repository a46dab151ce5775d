import {
  amount,
  bytes,
  countdown,
  grouped,
  measured,
  spanParts,
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

test("sizes and counts are readable", () => {
  expect([0, 999, 4_200_000].map(bytes)).toEqual(["0 B", "999 B", "4.2 MB"]);
  expect(grouped(1_234_567)).toBe("1\u202f234\u202f567");
});
