import { compileEntry } from "../compile.ts";

interface StretchExports {
  readonly memory: WebAssembly.Memory;
  scratchPtr(): number;
  stretchOpen(rate: number): number;
  stretchReset(): void;
  stretchFeed(ptr: number, n: number): number;
  stretchPull(ptr: number, n: number, speed: number): number;
  stretchHeld(): number;
  stretchReady(): number;
  stretchRoom(): number;
  stretchDebt(): number;
  stretchRemoved(): number;
  stretchInserted(): number;
  stretchTrim(n: number): number;
  stretchSplices(): number;
  stretchSpliceAt(index: number): number;
  stretchSpliceLag(index: number): number;
}

/** The stretcher on plain number arrays; each instance is a new stream in its own memory. */
export class Stretcher {
  readonly core: StretchExports;
  readonly #samples: number;

  private constructor(core: StretchExports, rate: number) {
    this.core = core;
    this.#samples = core.scratchPtr();
    if (core.stretchOpen(rate) !== 0) throw new RangeError(`rate ${rate} refused`);
  }

  static async open(rate: number): Promise<Stretcher> {
    return new Stretcher((await compileEntry("stretch")).exports as unknown as StretchExports, rate);
  }

  #view(n: number): Float32Array {
    return new Float32Array(this.core.memory.buffer, this.#samples, n);
  }

  feed(samples: ArrayLike<number>): number {
    this.#view(samples.length).set(samples);
    return this.core.stretchFeed(this.#samples, samples.length);
  }

  pull(n: number, speed: number): number[] {
    return [...this.#view(this.core.stretchPull(this.#samples, n, speed))];
  }
}
