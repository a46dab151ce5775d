/** A contact or alarm over stretches: whether it happened in each, and in how much of it. */
import type uPlot from "uplot";
import { wash } from "./palette";

/** Draw a column per stretch of `step` seconds: pale if it happened, full by its share. */
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
  ctx.save();
  middles.forEach((middle, index) => {
    if (!most?.[index]) return; // broken, or it never happened
    const [left, right] = [x(middle - step / 2), x(middle + step / 2)];
    ctx.fillStyle = wash("--plot-line", 0.3);
    fill(left, right, 1);
    ctx.fillStyle = wash("--plot-line", 0.85);
    fill(left, right, shares?.[index] ?? 0);
  });
  ctx.restore();
}
