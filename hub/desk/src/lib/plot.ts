/** How a quantity is plotted: its line, its limit, and the time in which the limit was broken. */
import uPlot from "uplot";
import { mark, STEPS } from "./axis";
import { drawColumns } from "./columns";
import { amount, measured } from "./format";
import { places } from "./gaps";
import { hatch } from "./hatch";
import { colour, wash } from "./palette";
import { lonely } from "./stretches";

export type Span = { from: number; to: number | null };
export type Figure = {
  unit: string;
  limit: number | null;
  limitLabel: string;
  /** Seconds of a stretch, if means, least and greatest values are drawn. */
  step: number | null;
  /** Seconds for which the device may rightly say nothing. */
  patience: number;
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
  /** The tag of the language that the time axis speaks. */
  language: string;
};

const MEAN = 1;
const LOW = 2;
const HIGH = 3;

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
  for (const [left, right] of places(figure.gaps, place, devicePixelRatio))
    hatch(plot, left, right);
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

/** The line, of stretches with the edges of the band around it; columns are drawn by themselves. */
function lines(figure: Figure): uPlot.Series[] {
  const path = figure.words ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  const edge: uPlot.Series = { points: { show: false } };
  if (figure.step !== null && figure.words) return [edge, edge, edge];
  edge.stroke = wash("--plot-line", 0.35); // or a short peak could hardly be seen
  edge.width = 1;
  const line: uPlot.Series = {
    stroke: colour("--plot-line"),
    width: 1.5,
    points: {
      show: (plot) => plot.data[0].length < 3, // else no line to see
      filter: (plot, which, show) => (show ? null : lonely(plot.data[which] ?? [])),
      size: figure.step === null ? 6 : 4,
    },
    ...(path ? { paths: path } : {}),
  };
  return figure.step === null ? [line] : [line, edge, edge];
}

/** Options of uPlot for a figure of some size. */
export function plotOptions(figure: Figure, width: number, height: number): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: colour("--plot-axis"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colour("--plot-grid"), width: 1 },
    ticks: { show: false },
  };
  const { words, step } = figure;
  return {
    width,
    height,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: (_plot, which) => (which === MEAN ? 7 : 0) },
      drag: { x: false, y: false },
    },
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
        space: step === null ? 70 : 42, // over days no mark has seconds
        incrs: STEPS,
        size: (_plot, marks) => (marks?.some((text) => text.includes("\n")) ? 42 : 28),
        values: (_plot, splits, _axis, _space, step) =>
          splits.map((at) => mark(at, step, figure.language)),
      },
      {
        ...axis,
        size: 52,
        ...(words ? { splits: [0, 1] } : {}),
        values: (_plot, splits) => splits.map((value) => words?.[value] ?? amount(value)),
      },
    ],
    series: [{}, ...lines(figure)],
    bands: step === null || words ? [] : [{ series: [HIGH, LOW], fill: wash("--plot-line", 0.2) }],
    hooks: {
      drawClear: [
        (plot) => shade(plot, figure),
        (plot) => void (step !== null && words && drawColumns(plot, step)),
      ],
      draw: [(plot) => limitLine(plot, figure)],
    },
  };
}
