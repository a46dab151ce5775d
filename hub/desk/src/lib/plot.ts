/** How a quantity is plotted: its line, its limit, and the time in which the limit was broken. */
import uPlot from "uplot";
import { amount, clockTime, day, measured } from "./format";
import { hatch } from "./hatch";
import { colour, wash } from "./palette";

export type Span = { from: number; to: number | null };
export type Figure = {
  unit: string;
  limit: number | null;
  limitLabel: string;
  /** Words for 0 and 1 of contacts and alarms, which are drawn in steps. */
  words: [string, string] | null;
  /** Shaded; seconds; still open to the right when `to` is null. */
  breaches: Span[];
  /** Hatched: nothing is known of that time. Seconds, by time. */
  gaps: Span[];
  /** The token of the breach's colour. */
  tint: string;
  /** Seconds: the least that the time axis spans. */
  from: number;
  to: number;
};

const DAY_S = 86_400;
const MINUTE_S = 60;

function tick(seconds: number, step: number): string {
  if (step >= DAY_S) return day(seconds * 1000).slice(5);
  return clockTime(seconds * 1000).slice(0, step < MINUTE_S ? 8 : 5);
}

function shade(plot: uPlot, figure: Figure): void {
  const { ctx, bbox } = plot;
  const edge = bbox.left + bbox.width;
  const place = (time: number | null): number =>
    time === null ? edge : Math.min(Math.max(plot.valToPos(time, "x", true), bbox.left), edge);
  ctx.save();
  ctx.fillStyle = wash(figure.tint, 0.16);
  for (const { from, to } of figure.breaches) {
    const left = place(from);
    ctx.fillRect(left, bbox.top, Math.max(place(to) - left, 1), bbox.height);
  }
  ctx.restore();
  for (const { from, to } of figure.gaps)
    if (place(from) < place(to)) hatch(plot, place(from), place(to));
}

function limitLine(plot: uPlot, figure: Figure): void {
  if (figure.limit === null) return;
  const { ctx, bbox } = plot;
  const y = plot.valToPos(figure.limit, "y", true);
  ctx.save();
  ctx.strokeStyle = colour(figure.tint);
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.fillStyle = colour(figure.tint);
  ctx.font = `600 ${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(figure.limitLabel, bbox.left + 6 * devicePixelRatio, y - 5 * devicePixelRatio);
  ctx.restore();
}

/** Room above and below for what is drawn, with the limit always in view. */
function range(figure: Figure, low: number | null, high: number | null): [number, number] {
  const values = [low, high, figure.limit].filter((value) => value !== null);
  const [least, most] = [Math.min(...values, Infinity), Math.max(...values, -Infinity)];
  if (least > most) return [0, 1];
  const room = (most - least || Math.abs(most) || 1) * 0.15;
  return [least >= 0 ? Math.max(least - room, figure.words ? -0.1 : 0) : least - room, most + room];
}

/** The value in words or with its unit. */
export const worded = (figure: Figure, value: number): string =>
  figure.words?.[value > 0 ? 1 : 0] ?? measured(value, figure.unit);

/** Options of uPlot for a figure of some size. */
export function plotOptions(figure: Figure, width: number, height: number): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: colour("--plot-axis"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colour("--plot-grid"), width: 1 },
    ticks: { show: false },
  };
  const { words } = figure;
  const path = words ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    width,
    height,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    scales: {
      x: {
        time: true,
        // By the data itself: to a single point uPlot would add a day.
        range: (plot) => [
          Math.min(figure.from, plot.data[0][0] ?? Infinity),
          Math.max(figure.to, plot.data[0].at(-1) ?? -Infinity),
        ],
      },
      y: { range: (_plot, low, high) => range(figure, low, high) },
    },
    axes: [
      {
        ...axis,
        space: 70,
        size: 28,
        values: (_plot, splits, _axis, _space, step) => splits.map((at) => tick(at, step)),
      },
      {
        ...axis,
        size: 52,
        ...(words ? { splits: [0, 1] } : {}),
        values: (_plot, splits) => splits.map((value) => words?.[value] ?? amount(value)),
      },
    ],
    series: [
      {},
      {
        stroke: colour("--plot-line"),
        width: 1.5,
        points: { show: (plot) => plot.data[0].length < 3, size: 6 }, // else no line to see
        ...(path ? { paths: path } : {}),
      },
    ],
    hooks: {
      drawClear: [(plot) => shade(plot, figure)],
      draw: [(plot) => limitLine(plot, figure)],
    },
  };
}
