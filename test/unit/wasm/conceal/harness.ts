import { compileEntry } from "../compile.ts";

interface ConcealExports {
  readonly memory: WebAssembly.Memory;
  scratchPtr(): number;
  concealOpen(rate: number): number;
  concealReset(): void;
  concealGood(ptr: number, n: number): void;
  concealLost(ptr: number, n: number): void;
  concealFill(ptr: number, n: number, next: number, nextLength: number): number;
  concealFillBegin(n: number, next: number, nextLength: number): number;
  concealFillStep(): number;
  concealFillTake(ptr: number, n: number): number;
  concealLag(): number;
  concealVoicing(): number;
  noiseNext(): number;
  noiseReset(): void;
}

/** The concealer on plain number arrays; each instance is a new stream in its own memory. */
export class Concealer {
  readonly core: ConcealExports;
  readonly #out: number;
  readonly #next: number;

  private constructor(core: ConcealExports, rate: number) {
    this.core = core;
    this.#out = core.scratchPtr();
    this.#next = this.#out + (1 << 16);
    if (core.concealOpen(rate) !== 0) throw new RangeError(`rate ${rate} refused`);
  }

  static async open(rate: number): Promise<Concealer> {
    return new Concealer((await compileEntry("conceal")).exports as unknown as ConcealExports, rate);
  }

  #view(ptr: number, n: number): Float32Array {
    return new Float32Array(this.core.memory.buffer, ptr, n);
  }

  good(samples: ArrayLike<number>): number[] {
    const view = this.#view(this.#out, samples.length);
    view.set(samples);
    this.core.concealGood(this.#out, samples.length);
    return [...view];
  }

  lost(n: number): number[] {
    this.core.concealLost(this.#out, n);
    return [...this.#view(this.#out, n)];
  }

  fill(n: number, next: ArrayLike<number>): number[] {
    this.#view(this.#next, next.length).set(next);
    this.core.concealFill(this.#out, n, this.#next, next.length);
    return [...this.#view(this.#out, n)];
  }

  /** The same as fill, prepared first and then taken in parts. */
  fillInParts(n: number, next: ArrayLike<number>, part: number): number[] {
    this.#view(this.#next, next.length).set(next);
    if (!this.core.concealFillBegin(n, this.#next, next.length)) throw new RangeError("gap refused");
    const samples: number[] = [];
    for (;;) {
      const taken = this.core.concealFillTake(this.#out, part);
      if (taken === 0) return samples;
      samples.push(...this.#view(this.#out, taken));
    }
  }
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
