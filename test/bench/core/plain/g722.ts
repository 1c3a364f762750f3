const qmfTaps = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];
const levels = [
  35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458,
  1612, 1765, 1980, 2195, 2557, 2919,
];
const outputs4 = [2557, 1612, 1121, 786, 530, 323, 150, 0];
const steps = [3042, 1198, 538, 334, 172, 58, -30, -60];
const sizes6 = [
  3101, 2738, 2376, 2088, 1873, 1689, 1535, 1399, 1279, 1170, 1072, 982, 899, 822, 750, 682, 618, 558, 501, 447, 396,
  347, 300, 254, 211, 170, 130, 91,
];
const outputs6 = Int32Array.from([-17, -17, -17, -17, ...sizes6.map((size) => -size), ...sizes6, 54, 17, -54, -17]);
const exponents = Int32Array.from({ length: 32 }, (_, index) => Math.round(2048 * 2 ** (index / 32)));

const saturate = (value: number) => (value > 32767 ? 32767 : value < -32768 ? -32768 : value);
const limit = (value: number) => (value > 16383 ? 16383 : value < -16384 ? -16384 : value);

class Band {
  prediction = 0;
  scale: number;
  readonly #ceiling: number;
  readonly #base: number;
  #log = 0;
  #zeros = 0;
  #a1 = 0;
  #a2 = 0;
  #restored = 0;
  #p1 = 0;
  #p2 = 0;
  readonly #differences = new Int32Array(7);
  readonly #taps = new Int32Array(7);

  constructor(scale: number, ceiling: number, base: number) {
    this.scale = scale;
    this.#ceiling = ceiling;
    this.#base = base;
  }

  adapt(difference: number, step: number): void {
    const log = Math.max(0, Math.min(this.#ceiling, ((this.#log * 127) >> 7) + step));
    this.#log = log;
    const shift = this.#base - (log >> 11);
    const mantissa = exponents[(log >> 6) & 31]!;
    this.scale = (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2;

    const partial = saturate(difference + this.#zeros);
    const restored = saturate(difference + this.prediction);
    const turned = (partial ^ this.#p1) < 0;
    const lean = saturate(this.#a1 << 2);
    const a2 =
      ((turned ? lean : Math.min(32767, -lean)) >> 7) +
      ((partial ^ this.#p2) < 0 ? -128 : 128) +
      ((this.#a2 * 32512) >> 15);
    this.#a2 = Math.max(-12288, Math.min(12288, a2));
    const bound = 15360 - this.#a2;
    this.#a1 = Math.max(-bound, Math.min(bound, ((this.#a1 * 32640) >> 15) + (turned ? -192 : 192)));

    const differences = this.#differences;
    const taps = this.#taps;
    const push = difference === 0 ? 0 : 128;
    let sum = 0;
    differences[0] = difference;
    for (let index = 6; index > 0; index--) {
      const tap = ((taps[index]! * 32640) >> 15) + ((differences[index]! ^ difference) < 0 ? -push : push);
      taps[index] = tap;
      const next = differences[index - 1]!;
      differences[index] = next;
      sum = saturate(sum + ((saturate(next << 1) * tap) >> 15));
    }
    const poles = ((this.#a1 * saturate(restored << 1)) >> 15) + ((this.#a2 * saturate(this.#restored << 1)) >> 15);
    this.prediction = saturate(saturate(poles) + sum);
    this.#zeros = sum;
    this.#restored = restored;
    this.#p2 = this.#p1;
    this.#p1 = partial;
  }

  adaptLow(code: number): void {
    const four = code >> 2;
    const row = four === 0 ? 7 : four < 8 ? four - 1 : four - 8;
    this.adapt(((four < 8 ? -outputs4[row]! : outputs4[row]!) * this.scale) >> 12, steps[row]!);
  }

  adaptHigh(code: number): number {
    const outer = (code & 1) === 0;
    const size = outer ? 926 : 202;
    const difference = ((code < 2 ? -size : size) * this.scale) >> 12;
    this.adapt(difference, outer ? 798 : -214);
    return difference;
  }
}

/** G.722 in plain JavaScript: one direction of one stream. */
export class PlainG722 {
  readonly #low = new Band(32, 18432, 8);
  readonly #high = new Band(8, 22528, 10);
  readonly #line = new Int32Array(24);

  encode(samples: Int16Array, out: Uint8Array): void {
    const line = this.#line;
    for (let octet = 0; octet < samples.length >> 1; octet++) {
      line.copyWithin(0, 2);
      line[22] = samples[octet * 2]!;
      line[23] = samples[octet * 2 + 1]!;
      let even = 0;
      let odd = 0;
      for (let tap = 0; tap < 12; tap++) {
        even += line[tap * 2]! * qmfTaps[tap]!;
        odd += line[tap * 2 + 1]! * qmfTaps[11 - tap]!;
      }
      let error = saturate(((even + odd) >> 14) - this.#low.prediction);
      let size = error < 0 ? ~error : error;
      let interval = 0;
      while (interval < 29 && size >= (levels[interval]! * this.#low.scale) >> 12) interval++;
      const low = error < 0 ? (interval < 2 ? 63 - interval : 33 - interval) : 61 - interval;
      error = saturate(((odd - even) >> 14) - this.#high.prediction);
      size = error < 0 ? ~error : error;
      const high = (error < 0 ? 1 : 3) - (size >= (564 * this.#high.scale) >> 12 ? 1 : 0);
      this.#low.adaptLow(low);
      this.#high.adaptHigh(high);
      out[octet] = (high << 6) | low;
    }
  }

  decode(octets: Uint8Array, out: Int16Array): void {
    const line = this.#line;
    for (let at = 0; at < octets.length; at++) {
      const code = octets[at]!;
      const low = limit(((outputs6[code & 63]! * this.#low.scale) >> 12) + this.#low.prediction);
      const predicted = this.#high.prediction;
      this.#low.adaptLow(code & 63);
      const high = limit(this.#high.adaptHigh(code >> 6) + predicted);
      line.copyWithin(0, 2);
      line[22] = low + high;
      line[23] = low - high;
      let even = 0;
      let odd = 0;
      for (let tap = 0; tap < 12; tap++) {
        even += line[tap * 2]! * qmfTaps[tap]!;
        odd += line[tap * 2 + 1]! * qmfTaps[11 - tap]!;
      }
      out[at * 2] = saturate(odd >> 11);
      out[at * 2 + 1] = saturate(even >> 11);
    }
  }
}
