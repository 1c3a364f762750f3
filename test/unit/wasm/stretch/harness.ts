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

/** Written on both sides of every span that the stretcher gets, and looked at afterwards. */
const CANARY = 12_345.5;
const CANARIES = 16;

/** The stretcher on plain number arrays; each instance is a new stream in its own memory. */
export class Stretcher {
  readonly core: StretchExports;
  readonly #memory: Float32Array;
  /** Index of the span, in f32 samples. */
  readonly #at: number;

  private constructor(core: StretchExports, rate: number) {
    this.core = core;
    this.#memory = new Float32Array(core.memory.buffer);
    this.#at = core.scratchPtr() / 4 + CANARIES;
    if (core.stretchOpen(rate) !== 0) throw new RangeError(`rate ${rate} refused`);
  }

  static async open(rate: number): Promise<Stretcher> {
    return new Stretcher((await compileEntry("stretch")).exports as unknown as StretchExports, rate);
  }

  /** Returns how many samples were taken. */
  feed(samples: ArrayLike<number>): number {
    this.#memory.set(samples, this.#at);
    return this.core.stretchFeed(this.#at * 4, samples.length);
  }

  pull(n: number, speed: number): number[] {
    const memory = this.#memory;
    memory.fill(CANARY, this.#at - CANARIES, this.#at + n + CANARIES);
    const got = this.core.stretchPull(this.#at * 4, n, speed);
    for (let i = 1; i <= CANARIES; i++) {
      if (memory[this.#at - i] !== CANARY || memory[this.#at + got + i - 1] !== CANARY) {
        throw new Error("written beside the span");
      }
    }
    return [...memory.subarray(this.#at, this.#at + got)];
  }

  /** Plays all of the input in 10 ms pulls, `heldMs` of it held before each. */
  play(samples: readonly number[], rate: number, { speed, heldMs = 60 }: { speed: number; heldMs?: number }): number[] {
    const packet = rate / 50;
    const heard: number[] = [];
    let fed = 0;
    for (;;) {
      while (this.core.stretchHeld() < (heldMs * rate) / 1000 && fed < samples.length) {
        fed += this.feed(samples.slice(fed, fed + packet));
      }
      const part = this.pull(rate / 100, speed);
      heard.push(...part);
      if (part.length < rate / 100) return heard;
    }
  }
}
