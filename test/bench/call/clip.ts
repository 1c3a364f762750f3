import { BandLimiter } from "./band-limiter.ts";

/** Samples a second of everything that is compared. */
export const analysisRate = 16_000;

/** From a moment on, this much of a recording tells how its samples lie in time, milliseconds. */
const clockSpanMs = 1000;
const groupMs = 10;

/**
 * A recording whose samples have times. Pieces pass late, never early: the clock of a stretch is that of its pieces that passed with the least
 * delay. Several pieces that were made at one go count as one, that of the first. A machine that stops loses time for good: what was before a
 * moment says nothing of it.
 */
export class Clip {
  readonly sampleRate: number;
  readonly samples: Float32Array;
  /** 300 to 3400 Hz of it, at `analysisRate`: what every codec that is compared lets through. */
  readonly band: Float32Array;
  /** Epoch milliseconds of sample 0, as seen from each group of pieces. */
  readonly #origins: { readonly atMs: number; readonly originMs: number }[] = [];

  /** `edge`: whether a piece passed when its first sample was due, or when its last one had come in. */
  constructor(
    sampleRate: number,
    samples: Float32Array,
    positions: Float64Array,
    times: Float64Array,
    edge: "start" | "end",
  ) {
    this.sampleRate = sampleRate;
    this.samples = samples;
    this.band = new BandLimiter(sampleRate, analysisRate).convert(samples);
    let group = Number.NEGATIVE_INFINITY;
    times.forEach((time, i) => {
      const position = edge === "start" ? positions[i]! : (positions[i + 1] ?? samples.length);
      const atMs = (position * 1000) / sampleRate;
      const originMs = time - atMs;
      const last = this.#origins.at(-1);
      if (last && Math.floor(atMs / groupMs) === group) {
        if (originMs > last.originMs) this.#origins[this.#origins.length - 1] = { atMs, originMs };
        return;
      }
      group = Math.floor(atMs / groupMs);
      this.#origins.push({ atMs, originMs });
    });
    if (this.#origins.length === 0) throw new Error("nothing was recorded");
  }

  /** As a page uploads it. */
  static read(bytes: Buffer, edge: "start" | "end"): Clip {
    const whole = new Uint8Array(bytes).buffer;
    const [sampleRate = 0, pieces = 0] = new Float64Array(whole, 0, 2);
    const positions = new Float64Array(whole, 16, pieces);
    const times = new Float64Array(whole, 16 + 8 * pieces, pieces);
    return new Clip(sampleRate, new Float32Array(whole, 16 + 16 * pieces), positions, times, edge);
  }

  get durationMs(): number {
    return (this.samples.length * 1000) / this.sampleRate;
  }

  /** When that place of the recording was, epoch milliseconds. */
  timeAt(placeMs: number): number {
    const near = this.#origins.filter(({ atMs }) => atMs >= placeMs && atMs <= placeMs + clockSpanMs);
    const sorted = (near.length > 0 ? near : this.#origins.slice(-100))
      .map(({ originMs }) => originMs)
      .sort((a, b) => a - b);
    return placeMs + sorted[Math.floor(sorted.length * 0.02)]!;
  }

  /** The place of a moment, milliseconds from the beginning. */
  placeAt(timeMs: number): number {
    let place = timeMs - this.timeAt(0);
    for (let round = 0; round < 4; round++) place += timeMs - this.timeAt(place);
    return place;
  }
}
