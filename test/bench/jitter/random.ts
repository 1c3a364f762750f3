/** Seeded random numbers (sfc32): the same on every engine for the same seed text. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(seed: string) {
    let hash = 0x811c9dc5; // FNV-1a
    for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
    this.#a = hash;
    this.#b = hash ^ 0x9e3779b9;
    this.#c = 0x243f6a88;
    for (let i = 0; i < 20; i++) this.unit();
  }

  /** Uniform in [0, 1). */
  unit(): number {
    const t = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    return (t >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** Integer in [low, high). */
  integer(low: number, high: number): number {
    return Math.floor(this.between(low, high));
  }

  normal(sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return sigma * radius * Math.cos(2 * Math.PI * this.unit());
  }

  /** Gamma with shape 1. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.unit());
  }
}
