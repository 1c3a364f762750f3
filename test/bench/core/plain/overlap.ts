/** Pitch-synchronous tricks in plain JavaScript: find the lag at which the sound repeats, then repeat or leave out one period. */
function bestLag(
  samples: Float32Array,
  at: number,
  sign: 1 | -1,
  { least, most, match }: { readonly least: number; readonly most: number; readonly match: number },
): number {
  let best = least;
  let bestScore = -Infinity;
  for (let lag = least; lag <= most; lag++) {
    let product = 0;
    let energy = 1;
    for (let index = at; index < at + match; index++) {
      const other = samples[index + sign * lag]!;
      product += samples[index]! * other;
      energy += other * other;
    }
    const score = (product * Math.abs(product)) / energy;
    if (score > bestScore) {
      bestScore = score;
      best = lag;
    }
  }
  return best;
}

/** Repeats the last period, fading out over 60 ms; overlaps 2.5 ms with what comes back. */
export class PlainConcealer {
  readonly #history: Float32Array;
  readonly #perMs: number;
  #lag = 0;
  #lostMs = 0;

  constructor(sampleRate: number) {
    this.#perMs = sampleRate / 1000;
    this.#history = new Float32Array(60 * this.#perMs);
  }

  good(samples: Float32Array): void {
    const history = this.#history;
    if (this.#lostMs > 0) {
      const merge = 2.5 * this.#perMs;
      for (let at = 0; at < merge; at++) {
        const old = history[history.length - this.#lag + (at % this.#lag)]!;
        samples[at] = old + ((samples[at]! - old) * at) / merge;
      }
      this.#lostMs = 0;
    }
    this.#remember(samples);
  }

  lost(out: Float32Array): void {
    const history = this.#history;
    if (this.#lostMs === 0) {
      const match = 10 * this.#perMs;
      this.#lag = bestLag(history, history.length - match, -1, {
        least: 2.5 * this.#perMs,
        most: 15 * this.#perMs,
        match,
      });
    }
    for (let at = 0; at < out.length; at++) {
      const fade = Math.max(0, 1 - (this.#lostMs + at / this.#perMs) / 60);
      out[at] = history[history.length - this.#lag + (at % this.#lag)]! * fade;
    }
    this.#lostMs += out.length / this.#perMs;
    this.#remember(out);
  }

  #remember(samples: Float32Array): void {
    this.#history.copyWithin(0, samples.length);
    this.#history.set(samples, this.#history.length - samples.length);
  }
}

/** Waveform-similarity overlap-add: leaves out a period whenever enough is owed. */
export class PlainStretcher {
  readonly #perMs: number;
  readonly #held: Float32Array;
  #filled = 0;
  #at = 0;
  #owed = 0;

  constructor(sampleRate: number) {
    this.#perMs = sampleRate / 1000;
    this.#held = new Float32Array(400 * this.#perMs);
    this.#filled = this.#at = 40 * this.#perMs;
  }

  feed(samples: Float32Array): void {
    const keep = 40 * this.#perMs;
    if (this.#filled + samples.length > this.#held.length) {
      this.#held.copyWithin(0, this.#at - keep, this.#filled);
      this.#filled -= this.#at - keep;
      this.#at = keep;
    }
    this.#held.set(samples, this.#filled);
    this.#filled += samples.length;
  }

  pull(out: Float32Array, speed: number): void {
    const held = this.#held;
    this.#owed += out.length * (speed - 1);
    const overlap = 8 * this.#perMs;
    const ahead = this.#filled - this.#at;
    let lag = 0;
    if (this.#owed > 2.5 * this.#perMs && ahead > 25 * this.#perMs + out.length) {
      lag = bestLag(held, this.#at, 1, { least: 2.5 * this.#perMs, most: 15 * this.#perMs, match: overlap });
      this.#owed -= lag;
    }
    for (let at = 0; at < out.length; at++) {
      const mix = lag === 0 ? 0 : Math.min(1, at / overlap);
      out[at] = held[this.#at + at]! * (1 - mix) + held[this.#at + at + lag]! * mix;
    }
    this.#at += out.length + lag;
  }
}
