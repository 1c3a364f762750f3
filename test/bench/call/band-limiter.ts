const halfTaps = 128;
const phases = 256;

/** Takes the telephone band out of a sound and converts its rate: a windowed sinc from a table of phases. */
export class BandLimiter {
  readonly #ratio: number;
  readonly #table: Float32Array;

  constructor(fromRate: number, toRate: number, highHz = 3400, lowHz = 300) {
    this.#ratio = fromRate / toRate;
    this.#table = new Float32Array((phases + 1) * halfTaps * 2);
    const low = (frequencyHz: number, t: number): number => {
      const x = (2 * Math.PI * frequencyHz * t) / fromRate;
      return t === 0 ? (2 * frequencyHz) / fromRate : Math.sin(x) / (Math.PI * t);
    };
    for (let phase = 0; phase <= phases; phase++) {
      for (let tap = 0; tap < halfTaps * 2; tap++) {
        const t = tap - halfTaps + 1 - phase / phases;
        const window = 0.5 + 0.5 * Math.cos((Math.PI * t) / halfTaps);
        this.#table[phase * halfTaps * 2 + tap] =
          Math.abs(t) >= halfTaps ? 0 : (low(highHz, t) - low(lowHz, t)) * window;
      }
    }
  }

  convert(input: Float32Array): Float32Array {
    const output = new Float32Array(Math.floor(input.length / this.#ratio));
    for (let i = 0; i < output.length; i++) {
      const centre = i * this.#ratio;
      const whole = Math.floor(centre);
      const row = Math.round((centre - whole) * phases) * halfTaps * 2;
      const first = whole - halfTaps + 1;
      let sum = 0;
      for (let tap = Math.max(0, -first); tap < halfTaps * 2 && first + tap < input.length; tap++) {
        sum += input[first + tap]! * this.#table[row + tap]!;
      }
      output[i] = sum;
    }
    return output;
  }
}
