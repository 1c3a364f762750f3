import { compileEntry } from "../compile.ts";

interface ConcealExports {
  readonly memory: WebAssembly.Memory;
  scratchPtr(): number;
  concealOpen(rate: number): number;
  concealReset(): void;
  concealEnd(): void;
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

/** Written on both sides of every span that the concealer gets, and looked at afterwards. */
const CANARY = 12_345.5;
const CANARIES = 16;

/** The concealer on plain number arrays; each instance is a new stream in its own memory. */
export class Concealer {
  readonly core: ConcealExports;
  readonly #memory: Float32Array;
  /** Indices of the two spans, output and next packet, in f32 samples. */
  readonly #out: number;
  readonly #next: number;

  private constructor(core: ConcealExports, rate: number) {
    this.core = core;
    this.#memory = new Float32Array(core.memory.buffer);
    this.#out = core.scratchPtr() / 4 + CANARIES;
    this.#next = this.#out + (1 << 15);
    if (core.concealOpen(rate) !== 0) throw new RangeError(`rate ${rate} refused`);
  }

  static async open(rate: number): Promise<Concealer> {
    return new Concealer((await compileEntry("conceal")).exports as unknown as ConcealExports, rate);
  }

  good(samples: ArrayLike<number>): number[] {
    return this.#guarded(this.#out, samples, () => this.core.concealGood(this.#out * 4, samples.length));
  }

  lost(n: number): number[] {
    return this.#guarded(this.#out, new Float32Array(n), () => this.core.concealLost(this.#out * 4, n));
  }

  fill(n: number, next: ArrayLike<number>): number[] {
    return this.#guarded(this.#out, new Float32Array(n), () => {
      const after = this.#guarded(this.#next, next, () =>
        this.core.concealFill(this.#out * 4, n, this.#next * 4, next.length),
      );
      if (largestDifference(after, Float32Array.from(next)) > 0) throw new Error("the next packet was written");
    });
  }

  /** Opens a gap, gives up the packet's buffer, and takes at most `limit` samples of the gap, in parts. */
  fillSome(n: number, next: ArrayLike<number>, limit: number, part = 100): number[] {
    this.#memory.set(next, this.#next);
    if (!this.core.concealFillBegin(n, this.#next * 4, next.length)) return [];
    this.#memory.fill(NaN, this.#next, this.#next + next.length);
    const samples: number[] = [];
    while (samples.length < limit) {
      let taken = 0;
      const span = this.#guarded(this.#out, new Float32Array(part), () => {
        taken = this.core.concealFillTake(this.#out * 4, part);
      });
      if (taken === 0) break;
      samples.push(...span.slice(0, taken));
    }
    return samples;
  }

  /** The same as fill, prepared first (by some steps ahead of time) and then taken in parts. */
  fillInParts(
    n: number,
    next: ArrayLike<number>,
    { part, stepAhead = 0 }: { part: number; stepAhead?: number },
  ): number[] {
    this.#memory.set(next, this.#next);
    if (!this.core.concealFillBegin(n, this.#next * 4, next.length)) throw new RangeError("gap refused");
    this.#memory.fill(NaN, this.#next, this.#next + next.length);
    for (let i = 0; i < stepAhead; i++) this.core.concealFillStep();
    const samples: number[] = [];
    for (;;) {
      const taken = this.core.concealFillTake(this.#out * 4, part);
      if (taken === 0) return samples;
      samples.push(...this.#memory.subarray(this.#out, this.#out + taken));
    }
  }

  #guarded(at: number, samples: ArrayLike<number>, run: () => void): number[] {
    const memory = this.#memory;
    const end = at + samples.length;
    memory.fill(CANARY, at - CANARIES, at);
    memory.fill(CANARY, end, end + CANARIES);
    memory.set(samples, at);
    run();
    for (let i = 1; i <= CANARIES; i++) {
      if (memory[at - i] !== CANARY || memory[end + i - 1] !== CANARY) throw new Error("written beside the span");
    }
    return [...memory.subarray(at, end)];
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
