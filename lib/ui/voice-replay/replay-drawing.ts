import { type nothing, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import type { FlightRecord } from "../../call/flight-record.ts";
import { fill } from "../messages/messages.ts";
import {
  curve,
  delaySteps,
  linePath,
  type Plot,
  type PlotFrame,
  type PlotPoint,
  percentSteps,
  plotFigure,
  plotHeight,
  ppmSteps,
  scaleOf,
  stackStages,
  stageAreas,
  thin,
  xOf,
} from "../plot.ts";
import { type ReplayWords, stateWord } from "./replay-words.ts";

/** The lower end of the level scale. */
const FLOOR_DB = -60;

const stateKinds: Readonly<Record<string, string>> = {
  active: "good",
  held: "held",
  reconnecting: "bad",
  failed: "bad",
};

/** What is drawn of a record once, wherever the cursor stands. */
export class ReplayDrawing {
  readonly #record: FlightRecord;
  readonly #plots: readonly (Plot & { readonly empty: boolean })[];
  readonly #band: TemplateResult | typeof nothing;
  readonly #words: ReplayWords;

  constructor(record: FlightRecord, words: ReplayWords, number: (value: number, digits?: number) => string) {
    this.#record = record;
    this.#words = words;
    const { quality, levels } = record;
    const frameOf = (lowest: number, highest: number): PlotFrame => ({
      fromMs: 0,
      toMs: record.durationMs,
      lowest,
      highest,
    });
    const figure = (
      title: string,
      [lowest, highest]: readonly [number, number],
      values: readonly (number | undefined)[],
      format: (value: number) => string,
      content: (frame: PlotFrame) => unknown,
    ) => {
      const known = values.filter((value) => value !== undefined);
      const said = (pick: (a: number, b: number) => number) => format(known.reduce(pick));
      const label =
        known.length === 0
          ? `${title}: ${words.replayNotMeasured}`
          : fill(words.replayPlot, {
              name: title,
              lowest: said((a, b) => Math.min(a, b)),
              highest: said((a, b) => Math.max(a, b)),
            });
      const empty = known.length === 0;
      return {
        title,
        label,
        empty,
        top: format(highest),
        bottom: format(lowest),
        content: content(frameOf(lowest, highest)),
      };
    };
    const points = (of: (point: (typeof quality)[number]) => number | undefined): readonly PlotPoint[] =>
      thin(quality.map((point) => ({ atMs: point.atMs, value: of(point) })));
    const line = (of: (point: (typeof quality)[number]) => number | undefined) => (frame: PlotFrame) =>
      curve(linePath(points(of), frame));
    const decibels = (side: "input" | "output"): readonly PlotPoint[] =>
      thin(levels.map((level) => ({ atMs: level.atMs, value: toDb(level[side]) })));
    const delays = quality.map(({ delayMs }) => delayMs);
    const drifts = quality.map(({ driftPpm }) => driftPpm);
    const ppm = scaleOf(
      drifts.flatMap((drift) => drift ?? []),
      ppmSteps,
    );
    const percents = quality.map(({ concealedPct }) => concealedPct);
    const db = (value: number) => `${number(value)} dB`;
    this.#plots = [
      figure(
        `${words.replayLevels}: ${words.caller}`,
        [FLOOR_DB, 0],
        levels.map(({ input }) => toDb(input)),
        db,
        (frame) => curve(linePath(decibels("input"), frame)),
      ),
      figure(
        `${words.replayLevels}: ${words.agent}`,
        [FLOOR_DB, 0],
        levels.map(({ output }) => toDb(output)),
        db,
        (frame) => curve(linePath(decibels("output"), frame)),
      ),
      figure(
        words.delay,
        [0, scaleOf(delays, delaySteps)],
        delays,
        (value) => `${number(value)} ms`,
        (frame) =>
          stageAreas(
            stackStages(quality).map((stack) => thin(stack)),
            frame,
          ),
      ),
      figure(
        words.mos,
        [1, 5],
        quality.map(({ mos }) => mos),
        (value) => number(value, 1),
        line(({ mos }) => mos),
      ),
      figure(
        words.concealed,
        [0, scaleOf(percents, percentSteps)],
        percents,
        (value) => `${number(value)} %`,
        line(({ concealedPct }) => concealedPct),
      ),
      figure(
        words.drift,
        [-ppm, ppm],
        drifts,
        (value) => `${number(value)} ppm`,
        line(({ driftPpm }) => driftPpm),
      ),
    ];
    this.#band = this.#states();
  }

  /** The plots that have something to show, with a line at `atMs`. */
  render(atMs: number): unknown {
    const x = this.#x(atMs);
    const cursor = svg`<line class="cursor" x1=${x} x2=${x} y2=${plotHeight} vector-effect="non-scaling-stroke"/>`;
    return [
      plotFigure({
        title: this.#words.replayStates,
        label: this.#statesLabel(),
        top: "",
        bottom: "",
        content: [this.#band, cursor],
        part: "states",
      }),
      ...this.#plots
        .filter(({ empty }) => !empty)
        .map((plot) => plotFigure({ ...plot, content: [plot.content, cursor] })),
    ];
  }

  #x(atMs: number): string {
    return xOf({ fromMs: 0, toMs: this.#record.durationMs, lowest: 0, highest: 1 }, atMs).toFixed(2);
  }

  /** A state is told by its height as well as by its colour: what is under way is low, a conversation high. */
  #states(): TemplateResult | typeof nothing {
    const rects = this.#record.spans.map(({ fromMs, toMs, state }): SVGTemplateResult => {
      const kind = stateKinds[state] ?? "way";
      const share = { good: 1, held: 0.7, way: 0.4, bad: 0.4 }[kind] ?? 0.4;
      const [x, end] = [Number(this.#x(fromMs)), Number(this.#x(toMs))];
      const height = plotHeight * share;
      return svg`<rect class="span ${kind}" x=${x} y=${plotHeight - height} width=${Math.max(0.4, end - x).toFixed(2)} height=${height} vector-effect="non-scaling-stroke"/>`;
    });
    return svg`${rects}` as TemplateResult;
  }

  #statesLabel(): string {
    const states = this.#record.spans.map(({ state }) => stateWord(this.#words, state));
    return `${this.#words.replayStates}: ${states.join(", ")}`;
  }
}

function toDb(peak: number): number {
  return Math.max(FLOOR_DB, 20 * Math.log10(Math.max(peak, 1e-9)));
}
