import { css, html, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import type { DelayStages } from "../call/quality-meter.ts";

/** One moment of a curve; undefined: not measured then, and the curve has a gap. */
export interface PlotPoint {
  readonly atMs: number;
  readonly value: number | undefined;
}

/** What a plot shows: a stretch of time, and the ends of its scale. */
export interface PlotFrame {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Units of every plot; it is drawn as wide as there is room. */
export const plotWidth = 240;
export const plotHeight = 64;

export const xOf = ({ fromMs, toMs }: PlotFrame, atMs: number): number =>
  (plotWidth * (atMs - fromMs)) / Math.max(1, toMs - fromMs);

export function yOf({ lowest, highest }: PlotFrame, value: number): number {
  const share = (value - lowest) / (highest - lowest || 1);
  return plotHeight * (1 - Math.min(1, Math.max(0, share)));
}

const pair = (frame: PlotFrame, atMs: number, value: number): string =>
  `${xOf(frame, atMs).toFixed(1)},${yOf(frame, value).toFixed(1)}`;

/** The `d` of a path along the points. A single point is a short dash. */
export function linePath(points: readonly PlotPoint[], frame: PlotFrame): string {
  let pen = "M";
  let path = "";
  for (const { atMs, value } of points) {
    if (value === undefined) pen = "M";
    else {
      path += `${pen}${pair(frame, atMs, value)}${pen === "M" ? "h.1" : ""}`;
      pen = "L";
    }
  }
  return path;
}

/** The `d` of the area between the points and the foot of the plot. */
export function areaPath(points: readonly PlotPoint[], frame: PlotFrame): string {
  const known = points.flatMap(({ atMs, value }) => (value === undefined ? [] : [{ atMs, value }]));
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return "";
  const along = known.map(({ atMs, value }) => pair(frame, atMs, value)).join("L");
  return `M${pair(frame, first.atMs, frame.lowest)}L${along}L${pair(frame, last.atMs, frame.lowest)}Z`;
}

/** At most twice as many points as `columns`: of each column the lowest and the highest, in their order. */
export function thin(points: readonly PlotPoint[], columns = plotWidth * 2): readonly PlotPoint[] {
  if (points.length <= columns * 2) return points;
  const size = Math.ceil(points.length / columns);
  const kept: PlotPoint[] = [];
  for (let from = 0; from < points.length; from += size) {
    let low: PlotPoint | undefined;
    let high: PlotPoint | undefined;
    for (const point of points.slice(from, from + size)) {
      if ((point.value ?? Number.POSITIVE_INFINITY) < (low?.value ?? Number.POSITIVE_INFINITY)) low = point;
      if ((point.value ?? Number.NEGATIVE_INFINITY) > (high?.value ?? Number.NEGATIVE_INFINITY)) high = point;
    }
    const both = [...new Set([low, high])].filter((point) => point !== undefined);
    kept.push(...both.sort((a, b) => a.atMs - b.atMs));
  }
  return kept;
}

/** The upper end of a scale: a round number, not below any value. */
export function scaleOf(values: Iterable<number>, steps: readonly number[]): number {
  const highest = [...values].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const last = steps.at(-1) ?? 1;
  return steps.find((step) => highest <= step) ?? Math.ceil(highest / last) * last;
}

export const delaySteps: readonly number[] = [100, 200, 400, 800, 1600, 3200];
export const percentSteps: readonly number[] = [5, 10, 25, 50, 100];
export const ppmSteps: readonly number[] = [50, 100, 200, 500, 1000];

/** From the mouth to the ear. */
export const stageNames = ["captureMs", "networkMs", "bufferMs", "outputMs"] as const satisfies (keyof DelayStages)[];

/** One on the other, the last outermost: each is the sum of all stages up to it. Draw the outermost first. */
export function stackStages(points: readonly { readonly atMs: number; readonly stages: DelayStages }[]): PlotPoint[][] {
  return stageNames.map((_, last) =>
    points.map(({ atMs, stages }) => ({
      atMs,
      value: stageNames.slice(0, last + 1).reduce((sum, name) => sum + (stages[name] ?? 0), 0),
    })),
  );
}

export interface Plot {
  /** Shown above it. */
  readonly title: string;
  /** Read out in place of the drawing. */
  readonly label: string;
  /** What the ends of the scale are. */
  readonly top: string;
  readonly bottom: string;
  readonly content: unknown;
  readonly part?: string;
}

/** A drawing with its title and the ends of its scale; time runs to the right in every language. */
export function plotFigure({ title, label, top, bottom, content, part = "plot" }: Plot): TemplateResult {
  return html`<div class="figure">
    <span aria-hidden="true" class="plot-title">${title}</span>
    <span aria-hidden="true">${top}</span>
    <svg part=${part} class="plot" viewBox="0 0 ${plotWidth} ${plotHeight}" preserveAspectRatio="none" role="img" aria-label=${label}>
      ${[0, 0.5, 1].map((y) => svg`<line class="grid" x2=${plotWidth} y1=${y * plotHeight} y2=${y * plotHeight}/>`)} ${content}
    </svg>
    <span aria-hidden="true">${bottom}</span>
  </div>`;
}

export const curve = (d: string, kind = ""): SVGTemplateResult =>
  svg`<path class="curve ${kind}" d=${d} vector-effect="non-scaling-stroke"/>`;

/** The stages as areas, from the outermost inwards. */
export const stageAreas = (stacks: readonly (readonly PlotPoint[])[], frame: PlotFrame): SVGTemplateResult[] =>
  stacks
    .map(
      (points, index) =>
        svg`<path class="area stage-${index}" d=${areaPath(points, frame)} vector-effect="non-scaling-stroke"/>`,
    )
    .reverse();

export const plotStyles = css`
  :host {
    --_stage-0: light-dark(#1d4ed8, #7ea2ff);
    --_stage-1: light-dark(#b45309, #fbbf24);
    --_stage-2: light-dark(#0f7a4d, #4ade9c);
    --_stage-3: light-dark(#8b2fc9, #d8a6ff);
  }
  .figure {
    display: grid;
    grid-template-columns: 1fr auto;
    color: var(--_soft);
    font-size: 0.6875rem;
  }
  .figure > span {
    unicode-bidi: plaintext;
  }
  .figure > :is(svg, svg ~ span) {
    grid-column: 1 / -1;
  }
  .figure > svg ~ span {
    justify-self: end;
  }
  .plot-title {
    color: var(--_text);
    font-size: 0.75rem;
    font-weight: 600;
  }
  .plot {
    inline-size: 100%;
    block-size: var(--_plot-height, 4rem);
    overflow: visible;
    stroke: var(--_good);
    stroke-width: 1.5;
  }
  .plot .grid {
    stroke: var(--_line);
    stroke-width: 1;
    vector-effect: non-scaling-stroke;
  }
  .area {
    stroke: var(--_surface);
    stroke-width: 1;
  }
  .stage-0 {
    fill: var(--_stage-0);
  }
  .stage-1 {
    fill: var(--_stage-1);
  }
  .stage-2 {
    fill: var(--_stage-2);
  }
  .stage-3 {
    fill: var(--_stage-3);
  }
  .swatch {
    display: inline-block;
    inline-size: 0.7em;
    block-size: 0.7em;
    margin-inline-end: 0.4em;
    border-radius: 0.15em;
  }
  .swatch.stage-0 {
    background: var(--_stage-0);
  }
  .swatch.stage-1 {
    background: var(--_stage-1);
  }
  .swatch.stage-2 {
    background: var(--_stage-2);
  }
  .swatch.stage-3 {
    background: var(--_stage-3);
  }
  @media (forced-colors: active) {
    :host {
      --_stage-0: CanvasText;
      --_stage-1: Canvas;
      --_stage-2: GrayText;
      --_stage-3: Highlight;
    }
    .plot {
      stroke: Highlight;
    }
    .plot .grid {
      stroke: CanvasText;
      stroke-dasharray: 1 5;
    }
    .area {
      stroke: CanvasText;
    }
    .swatch {
      forced-color-adjust: none;
      border: 1px solid CanvasText;
    }
  }
`;
