import { caseGlyph, deviceGlyph, glyphOf } from "../../../hub/desk/src/lib/glyphs";

describe("kinds that a plan or a site has added (SE-03)", () => {
  it("get a plain sensor on the map and in lists", () => {
    expect(deviceGlyph("noise_meter")).toBe("device");
    expect(deviceGlyph("map")).toBe("device");
    expect(deviceGlyph("hydrant")).toBe("hydrant");
    expect(deviceGlyph(null)).toBe("unknown");
  });

  it("always have a drawing", () => {
    for (const kind of ["too_loud", "sensor_stuck", "fire_confirmed"])
      expect(glyphOf(caseGlyph(kind))).not.toBe("");
  });
});
