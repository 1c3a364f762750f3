/** The analysis tools in plain JavaScript: the same sums as the core's, sample by sample, band by band. */

/** Four band-pass filters and the floor of each. */
export class PlainVad {
  readonly #perFrame: number;
  readonly #bands: {
    readonly b0: number;
    readonly a1: number;
    readonly a2: number;
    readonly bias: number;
    readonly weight: number;
    s1: number;
    s2: number;
    last: number;
    smoothed: number;
    lowest: number[];
  }[];
  #windowFrames = 0;
  #started = false;
  #above = 0;
  #held = 0;

  constructor(sampleRate: number) {
    this.#perFrame = sampleRate / 100;
    const top = sampleRate < 16000 ? [1600, 2800] : [2200, 5000];
    const shape = [
      [300, 1, 1.9, 0.5],
      [800, 1.2, 1.5, 0.8],
      [top[0]!, 1.3, 1.3, 1],
      [top[1]!, 1.6, 1.2, 1],
    ] as const;
    this.#bands = shape.map(([hz, quality, bias, weight]) => {
      const turn = (2 * Math.PI * hz) / sampleRate;
      const alpha = Math.sin(turn) / (2 * quality);
      return {
        b0: alpha / (1 + alpha),
        a1: (-2 * Math.cos(turn)) / (1 + alpha),
        a2: (1 - alpha) / (1 + alpha),
        ...{ bias, weight, s1: 0, s2: 0, last: 0, smoothed: 0 },
        lowest: [Infinity, Infinity, Infinity, 2500, 2500],
      };
    });
  }

  /** One frame of 10 ms. */
  process(samples: Float32Array): boolean {
    const powers = this.#bands.map((band) => {
      let { s1, s2 } = band;
      const { b0, a1, a2 } = band;
      let squares = 0;
      for (let at = 0; at < samples.length; at++) {
        const value = samples[at]! * b0;
        const result = value + s1;
        s1 = s2 - a1 * result;
        s2 = -value - a2 * result;
        squares += result * result;
      }
      band.s1 = s1;
      band.s2 = s2;
      return squares / this.#perFrame;
    });
    const silent = powers.reduce((sum, power) => sum + power, 0) < 4;
    const evidence = silent ? 0 : this.#learn(powers);
    this.#above = evidence > 1.8 ? this.#above + 1 : 0;
    if (this.#above >= 2 || (this.#above && this.#held)) this.#held = 30;
    else if (this.#held) this.#held--;
    return this.#held > 0;
  }

  #learn(powers: readonly number[]): number {
    let evidence = 0;
    this.#bands.forEach((band, index) => {
      const power = powers[index]!;
      band.smoothed = this.#started ? band.smoothed + (power - band.smoothed) * 0.2 : power;
      if (!this.#started) band.last = power;
      band.lowest[0] = Math.min(band.lowest[0]!, band.smoothed);
      const floor = Math.max(16, Math.min(...band.lowest) * band.bias);
      evidence += band.weight * Math.max(0, Math.min(6, Math.log2((power + band.last) / 2 / floor)));
      band.last = power;
    });
    this.#started = true;
    if (++this.#windowFrames === 40) {
      this.#windowFrames = 0;
      for (const band of this.#bands) band.lowest = [Infinity, ...band.lowest.slice(0, 4)];
    }
    return evidence;
  }
}

const frequencies = [697, 770, 852, 941, 1209, 1336, 1477, 1633];

/** Eight Goertzel filters over blocks of 12.75 ms, the usual tests of level, twist and purity, two blocks to make a digit. */
export class PlainDtmfDetector {
  readonly #block: number;
  readonly #factors: number[];
  readonly #s1 = new Float64Array(8);
  readonly #s2 = new Float64Array(8);
  #energy = 0;
  #filled = 0;
  #last = "";
  #count = 0;

  constructor(sampleRate: number) {
    this.#block = Math.round(sampleRate * 0.01275);
    this.#factors = frequencies.map((hz) => 2 * Math.cos((2 * Math.PI * hz) / sampleRate));
  }

  process(samples: Float32Array): string {
    let found = "";
    for (let at = 0; at < samples.length; at++) {
      const sample = samples[at]!;
      this.#energy += sample * sample;
      for (let k = 0; k < 8; k++) {
        const next = sample + this.#factors[k]! * this.#s1[k]! - this.#s2[k]!;
        this.#s2[k] = this.#s1[k]!;
        this.#s1[k] = next;
      }
      if (++this.#filled === this.#block) found += this.#judge();
    }
    return found;
  }

  #judge(): string {
    const powers = this.#factors.map((factor, k) => {
      const a = this.#s1[k]!;
      const b = this.#s2[k]!;
      return a * a + b * b - factor * a * b;
    });
    const row = powers.indexOf(Math.max(...powers.slice(0, 4)));
    const column = powers.indexOf(Math.max(...powers.slice(4)), 4);
    const [low, high] = [powers[row]!, powers[column]!];
    const pure = (low + high) * 2 > 0.7 * this.#energy * this.#block;
    const level = Math.min(low, high) > (360 * this.#block * 0.5) ** 2;
    const digit =
      pure && level && Math.max(low, high) < 6.3 * Math.min(low, high) ? "123A456B789C*0#D"[row * 4 + column - 4]! : "";
    this.#count = digit === this.#last ? this.#count + 1 : 1;
    this.#last = digit;
    this.#s1.fill(0);
    this.#s2.fill(0);
    this.#energy = 0;
    this.#filled = 0;
    return digit && this.#count === 2 ? digit : "";
  }
}

/** Root mean square towards a target, and a clip. */
export class PlainGain {
  #gain = 1;
  #power = 1;

  process(samples: Float32Array): void {
    let squares = 0;
    for (let at = 0; at < samples.length; at++) squares += samples[at]! ** 2;
    this.#power += (squares / samples.length - this.#power) * 0.025;
    const wanted = Math.min(16, 3277 / Math.sqrt(this.#power));
    const next = Math.max(this.#gain * 0.977, Math.min(this.#gain * 1.007, wanted));
    const slope = (next - this.#gain) / samples.length;
    for (let at = 0; at < samples.length; at++) {
      const value = samples[at]! * (this.#gain + slope * (at + 1));
      samples[at] = value > 32767 ? 32767 : value < -32768 ? -32768 : value;
    }
    this.#gain = next;
  }
}

/** The sum of the others, and a clip. */
export function plainMix(inputs: readonly Float32Array[], outputs: readonly Float32Array[], total: Float32Array): void {
  total.fill(0);
  for (const input of inputs) for (let at = 0; at < total.length; at++) total[at]! += input[at]!;
  outputs.forEach((output, slot) => {
    const own = inputs[slot];
    for (let at = 0; at < total.length; at++) {
      const value = total[at]! - (own ? own[at]! : 0);
      output[at] = value > 32767 ? 32767 : value < -32768 ? -32768 : value;
    }
  });
}
