/** A contact or alarm over stretches: whether it happened in each, and in how much of it. */
import type uPlot from "uplot";
import { wash } from "./palette";

const GROUND_PX = 1.5;
const LEAST_PX = 2; // a short alarm among weeks must not be overlooked

/**
 * Draw a column per stretch of `step` seconds: pale if it happened, full by its share. The ground
 * is drawn where there are readings.
 */
export function drawColumns(plot: uPlot, step: number): void {
  const [middles, shares, , most] = plot.data;
  const { ctx, bbox } = plot;
  const x = (time: number): number =>
    Math.round(
      Math.min(Math.max(plot.valToPos(time, "x", true), bbox.left), bbox.left + bbox.width),
    );
  const y = (share: number): number => plot.valToPos(share, "y", true);
  // Each kind is one path: neighbours that touch or overlap show no seam.
  const [pale, full] = [new Path2D(), new Path2D()];
  const thick = GROUND_PX * devicePixelRatio;
  middles.forEach((middle, index) => {
    if (most?.[index] == null) return;
    const share = shares?.[index] ?? 0;
    const [left, right] = [x(middle - step / 2), x(middle + step / 2)];
    const width = Math.max(right - left, LEAST_PX * devicePixelRatio);
    if (most[index] > 0) pale.rect(left, y(1), width, y(0) - y(1));
    if (share > 0) full.rect(left, y(share), width, y(0) - y(share));
    full.rect(left, y(0) - thick / 2, right - left, thick);
  });
  ctx.save();
  ctx.fillStyle = wash("--plot-line", 0.3);
  ctx.fill(pale);
  ctx.fillStyle = wash("--plot-line", 0.85);
  ctx.fill(full);
  ctx.restore();
}
