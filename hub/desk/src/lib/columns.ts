/** A contact or alarm over stretches: whether it happened in each, and in how much of it. */
import type uPlot from "uplot";
import { wash } from "./palette";

const GROUND_PX = 1.5;

/**
 * Draw a column per stretch of `step` seconds: pale if it happened, full by its share. The ground
 * is drawn where there are readings.
 */
export function drawColumns(plot: uPlot, step: number): void {
  const [middles, shares, , most] = plot.data;
  const { ctx, bbox } = plot;
  // In whole pixels, or a seam would show between neighbours.
  const x = (time: number): number =>
    Math.round(
      Math.min(Math.max(plot.valToPos(time, "x", true), bbox.left), bbox.left + bbox.width),
    );
  const ground = plot.valToPos(0, "y", true);
  const fill = (left: number, right: number, share: number): void => {
    const top = plot.valToPos(share, "y", true);
    ctx.fillRect(left, top, Math.max(right - left, devicePixelRatio), ground - top);
  };
  const [pale, full] = [wash("--plot-line", 0.3), wash("--plot-line", 0.85)];
  ctx.save();
  middles.forEach((middle, index) => {
    if (most?.[index] == null) return;
    const [left, right] = [x(middle - step / 2), x(middle + step / 2)];
    ctx.fillStyle = pale;
    if (most[index] > 0) fill(left, right, 1);
    ctx.fillStyle = full;
    fill(left, right, shares?.[index] ?? 0);
    const thick = GROUND_PX * devicePixelRatio;
    ctx.fillRect(left, ground - thick / 2, right - left, thick);
  });
  ctx.restore();
}
