import { align, alignNear, levelDb, type Match } from "../../support/signal.ts";
import { analysisRate, type Clip } from "./clip.ts";

const samples = (ms: number): number => Math.round((ms * analysisRate) / 1000);
const milliseconds = (count: number): number => (count * 1000) / analysisRate;

/** Below it a window matches nothing that was spoken. */
const minCorrelation = 0.6;
/** Quieter than this is no sound of the microphone, which has noise under everything. */
const silenceDb = -60;
const windowMs = 160;
const hopMs = 80;
const frameMs = 20;
/** The most a call may be late for this bench to find it. */
const maxDelayMs = 4000;

/** How late what is heard at a moment is behind the mouth. Undefined: it is nothing that was spoken. */
export interface DelayAt {
  readonly timeMs: number;
  readonly delayMs: number | undefined;
}

export interface FrameCount {
  readonly frames: number;
  /** Without the sound that was due, whatever was in its place. */
  readonly lost: number;
  /** Of them, those with silence. */
  readonly silent: number;
}

/** Follows the delay of a call from what was spoken into its microphone and what came out. */
export class DelayTrack {
  readonly #heard: Clip;
  readonly #spoken: Clip;
  readonly points: readonly DelayAt[];

  constructor(heard: Clip, spoken: Clip) {
    this.#heard = heard;
    this.#spoken = spoken;
    const points: DelayAt[] = [];
    let delayMs: number | undefined;
    for (let placeMs = 0; placeMs + windowMs <= heard.durationMs - hopMs; placeMs += hopMs) {
      const found = this.#delayAt(placeMs, delayMs);
      delayMs = found ?? delayMs;
      points.push({ timeMs: heard.timeAt(placeMs), delayMs: found });
    }
    this.points = points;
  }

  /** Delays between two moments, in order. */
  between(fromMs: number, toMs: number): number[] {
    const inside = this.points.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs);
    return inside.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs]));
  }

  /** Looks at every 20 ms that were heard between two moments. */
  frames(fromMs: number, toMs: number): FrameCount {
    const count = { frames: 0, lost: 0, silent: 0 };
    for (let placeMs = this.#heard.placeAt(fromMs); placeMs < this.#heard.placeAt(toMs); placeMs += frameMs) {
      const piece = this.#piece(placeMs, frameMs);
      if (piece.length < samples(frameMs)) break;
      count.frames++;
      if (levelDb(piece) < silenceDb) {
        count.silent++;
        count.lost++;
      } else if (!this.#matches(piece, placeMs)) count.lost++;
    }
    return count;
  }

  #delayAt(placeMs: number, expectedMs: number | undefined): number | undefined {
    const piece = this.#piece(placeMs, windowMs);
    const timeMs = this.#heard.timeAt(placeMs);
    if (levelDb(piece) < silenceDb) return undefined;
    if (expectedMs !== undefined) {
      const near = this.#find(piece, timeMs, expectedMs, 12);
      if (near.correlation >= 0.8) return near.delayMs;
    }
    const anywhere = this.#search(piece, timeMs);
    return anywhere.correlation >= minCorrelation ? anywhere.delayMs : undefined;
  }

  #matches(piece: Float32Array, placeMs: number): boolean {
    const timeMs = this.#heard.timeAt(placeMs);
    const nearby = this.points.filter(
      (point) => point.delayMs !== undefined && Math.abs(point.timeMs - timeMs) < 4 * hopMs,
    );
    const delays = new Set(nearby.map(({ delayMs }) => Math.round(delayMs! / 10) * 10));
    return [...delays].some((delayMs) => this.#find(piece, timeMs, delayMs, 12).correlation >= minCorrelation);
  }

  #piece(placeMs: number, lengthMs: number): Float32Array {
    const start = samples(placeMs);
    return this.#heard.band.subarray(Math.max(0, start), Math.max(0, start + samples(lengthMs)));
  }

  #find(piece: Float32Array, timeMs: number, delayMs: number, radiusMs: number) {
    const expected = samples(this.#spoken.placeAt(timeMs - delayMs));
    return this.#delayOf(alignNear(this.#spoken.band, piece, expected, samples(radiusMs)), timeMs);
  }

  /** Everywhere in the seconds before. */
  #search(piece: Float32Array, timeMs: number) {
    const from = Math.max(0, samples(this.#spoken.placeAt(timeMs - maxDelayMs)));
    const to = Math.max(from, samples(this.#spoken.placeAt(timeMs)) + piece.length);
    const stretch = this.#spoken.band.subarray(from, to);
    if (stretch.length < piece.length) return { correlation: -1, delayMs: 0 };
    const { lag, correlation } = align(stretch, piece);
    return this.#delayOf({ lag: lag + from, correlation }, timeMs);
  }

  #delayOf({ lag, correlation }: Match, timeMs: number) {
    return { correlation, delayMs: timeMs - this.#spoken.timeAt(milliseconds(lag)) };
  }
}
