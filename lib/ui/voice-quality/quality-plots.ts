import { html, svg, type TemplateResult } from "lit";
import { fill, type Messages } from "../messages/messages.ts";
import type { PanelMessages } from "../messages/panel-messages.ts";
import {
  curve,
  delaySteps,
  linePath,
  type PlotFrame,
  percentSteps,
  plotFigure,
  ppmSteps,
  scaleOf,
  stackStages,
  stageAreas,
  xOf,
  yOf,
} from "../plot.ts";
import { QualityHistory, type QualityPoint } from "./quality-history.ts";

export type FormatNumber = (value: number, digits?: number) => string;

/** At first half a minute is drawn; then as much as there is. */
const SHORTEST_MS = 30_000;

/** The newest is at the right edge. */
function stretchOf(points: readonly QualityPoint[]): { readonly fromMs: number; readonly toMs: number } {
  const toMs = points.at(-1)?.atMs ?? 0;
  const longMs = toMs - (points[0]?.atMs ?? toMs);
  return { fromMs: toMs - Math.min(QualityHistory.spanMs, Math.max(SHORTEST_MS, longMs)), toMs };
}

function secondsOf(points: readonly QualityPoint[]): string {
  const { fromMs, toMs } = stretchOf(points);
  return String(Math.round((toMs - fromMs) / 1000));
}

/** Delay by its stages, opinion score, concealment and drift over the last two minutes; the newest is at the right edge. */
export function qualityPlots(
  points: readonly QualityPoint[],
  words: Messages & PanelMessages,
  number: FormatNumber,
): TemplateResult {
  const frameOf = (lowest: number, highest: number): PlotFrame => ({ ...stretchOf(points), lowest, highest });
  const seconds = secondsOf(points);
  const plot = (
    title: string,
    of: (point: QualityPoint) => number | undefined,
    [lowest, highest]: readonly [number, number],
    format: (value: number) => string,
  ) => {
    const frame = frameOf(lowest, highest);
    const curvePoints = points.map((point) => ({ atMs: point.atMs, value: of(point) }));
    const known = curvePoints.flatMap(({ value }) => value ?? []);
    const said = (value: number | undefined) => (value === undefined ? "–" : format(value));
    const label = fill(words.qualityPlot, {
      name: title,
      seconds,
      now: said(curvePoints.at(-1)?.value),
      lowest: said(known.length > 0 ? Math.min(...known) : undefined),
      highest: said(known.length > 0 ? Math.max(...known) : undefined),
    });
    return plotFigure({
      title,
      label,
      top: format(highest),
      bottom: format(lowest),
      content: curve(linePath(curvePoints, frame)),
    });
  };
  const ppm = scaleOf(
    points.flatMap(({ driftPpm }) => driftPpm ?? []),
    ppmSteps,
  );
  const percent = scaleOf(
    points.map(({ concealedPct }) => concealedPct),
    percentSteps,
  );
  return html`<div part="plots" class="plots">
    ${plot(
      words.mos,
      ({ mos }) => mos,
      [1, 5],
      (value) => number(value, 1),
    )}
    ${plot(
      words.concealed,
      ({ concealedPct }) => concealedPct,
      [0, percent],
      (value) => `${number(value)} %`,
    )}
    ${plot(
      words.drift,
      ({ driftPpm }) => driftPpm,
      [-ppm, ppm],
      (value) => `${number(value)} ppm`,
    )}
  </div>`;
}

/** The delay over time, stage upon stage. */
export function delayPlot(
  points: readonly QualityPoint[],
  words: Messages & PanelMessages,
  number: FormatNumber,
): TemplateResult {
  const delays = points.map(({ delayMs }) => delayMs);
  const highest = scaleOf(delays, delaySteps);
  const frame = { ...stretchOf(points), lowest: 0, highest };
  const line = points
    .map(({ atMs, delayMs }) => `${xOf(frame, atMs).toFixed(1)},${yOf(frame, delayMs).toFixed(1)}`)
    .join(" ");
  return plotFigure({
    title: "",
    label: fill(words.delayPlot, {
      seconds: secondsOf(points),
      now: number(delays.at(-1) ?? 0),
      lowest: number(Math.min(...delays)),
      highest: number(Math.max(...delays)),
    }),
    top: `${number(highest)} ms`,
    bottom: "0 ms",
    content: [
      ...stageAreas(stackStages(points), frame),
      svg`<polyline class="curve" points=${line} vector-effect="non-scaling-stroke"/>`,
    ],
  });
}
