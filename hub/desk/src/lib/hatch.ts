/** Hatching on a canvas: what is not known. */
import type uPlot from "uplot";
import { wash } from "./palette";

const STEP = 7; // pixels between two strokes

/** Hatch the plot from `left` to `right`, in pixels of the canvas. */
export function hatch({ ctx, bbox }: uPlot, left: number, right: number): void {
  const step = STEP * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, right - left, bbox.height);
  ctx.clip();
  ctx.fillStyle = wash("--plot-axis", 0.08);
  ctx.fill();
  ctx.strokeStyle = wash("--plot-axis", 0.45);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  // Strokes keep their place when the gap grows: they are counted from the plot's left edge.
  const first = bbox.left + Math.floor((left - bbox.left - bbox.height) / step) * step;
  for (let x = first; x < right; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}
