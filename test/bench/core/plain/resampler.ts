/**
 * A polyphase windowed-sinc resampler for a fixed rational ratio in plain JavaScript: one row of taps per phase, a dot product per output
 * sample. Fixed ratios need no interpolation between rows, which an asynchronous resampler does.
 */
export class PlainResampler {
  readonly #rows: Float32Array[] = [];
  readonly #history: Float32Array;
  readonly #up: number;
  readonly #down: number;
  readonly #taps: number;
  #filled = 0;
  /** Position of the next output, in 1/up of an input sample. */
  #position = 0;

  /** `halfWidth`: zero crossings on either side, at the lower of the two rates. */
  constructor(from: number, to: number, halfWidth: number) {
    const divisor = greatestCommonDivisor(from, to);
    this.#up = to / divisor;
    this.#down = from / divisor;
    const scale = Math.max(1, from / to);
    this.#taps = 2 * Math.ceil(halfWidth * scale);
    this.#history = new Float32Array(16384);
    for (let phase = 0; phase < this.#up; phase++) {
      this.#rows.push(
        Float32Array.from({ length: this.#taps }, (_, tap) => {
          const t = (tap - this.#taps / 2 + 1 - phase / this.#up) / scale;
          const x = Math.min(1, Math.abs(t) / halfWidth);
          const window = bessel(10 * Math.sqrt(1 - x * x)) / bessel(10);
          const sinc = t === 0 ? 1 : Math.sin(Math.PI * t * 0.95) / (Math.PI * t * 0.95);
          return (0.95 * window * sinc) / scale;
        }),
      );
    }
  }

  /** Takes `input` and fills `out` as far as it goes; returns how many samples that is. */
  process(input: Float32Array, out: Float32Array): number {
    const history = this.#history;
    history.set(input, this.#filled);
    this.#filled += input.length;
    const taps = this.#taps;
    let count = 0;
    let whole = Math.floor(this.#position / this.#up);
    while (whole + taps <= this.#filled && count < out.length) {
      const row = this.#rows[this.#position % this.#up]!;
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += row[tap]! * history[whole + tap]!;
      out[count++] = sum;
      this.#position += this.#down;
      whole = Math.floor(this.#position / this.#up);
    }
    if (whole > 8192) {
      history.copyWithin(0, whole, this.#filled);
      this.#filled -= whole;
      this.#position -= whole * this.#up;
    }
    return count;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x * x) / (4 * k * k);
    sum += term;
  }
  return sum;
}
