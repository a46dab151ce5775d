import { causeOf, facts } from "../../../hub/desk/src/lib/cause";
import { en } from "../../../hub/desk/src/i18n/en";
import { measured } from "../../../hub/desk/src/lib/format";
import { zh } from "../../../hub/desk/src/i18n/zh";

const data = {
  cause: {
    name: "theft",
    confidence: 0.93,
    second: "fire_flow",
    second_confidence: 0.05,
    evidence: {
      ...{ pressure: 0.12, usual: 0.36, fall_s: 2, flow: 44, outlets: 0.86 },
      ...{ neighbours: 6, fallen: 0, cap_off: 1, hour: 3 },
    },
  },
};
const span = (ms: number): string => `${ms / 1000} s`;

describe("the cause of a hydrant's trouble", () => {
  test("is told with its facts in both languages", () => {
    const cause = causeOf(data);
    expect(cause?.secondConfidence).toBe(0.05);
    expect(facts(cause!, en.cause, measured, span)).toEqual([
      "fell from 0.360\u202fMPa to 0.120\u202fMPa suddenly",
      "44\u202fL/s flows out (as through 0.860 open outlets)",
      "0 of 6 neighbours fell too",
      "cap off",
      "at night (3:00)",
    ]);
    expect(facts(cause!, zh.cause, measured, span)).toHaveLength(5);
  });

  test("is not told where none was judged", () => {
    expect(causeOf({})).toBeNull();
    expect(causeOf({ cause: null })).toBeNull();
  });
});
