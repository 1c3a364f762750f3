import type { Level } from "../core/index.ts";
import { levelOf } from "./level-of.ts";

/** Every level of a page together is told at most five times a second. */
const INTERVAL_MS = 200;
/** Smaller changes are not told: a thousandth of full scale. */
const CHANGE = 0.001;

let taps = 0;

interface Levels {
  readonly input: Level;
  readonly output: Level;
}

/** Meters both directions of a call on the page's thread, where no worklet of ours sees the samples. Nothing is heard of it. */
export class LevelTap {
  readonly #input: AnalyserNode;
  readonly #output: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #onLevel: (levels: Levels) => void;
  #last: Levels = { input: silent, output: silent };
  #lookedAt = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(context: AudioContext, input: AudioNode, output: AudioNode, onLevel: (levels: Levels) => void) {
    const fftSize = 2 ** Math.ceil(Math.log2((context.sampleRate * INTERVAL_MS) / 1000));
    this.#input = new AnalyserNode(context, { fftSize });
    this.#output = new AnalyserNode(context, { fftSize });
    this.#samples = new Float32Array(fftSize);
    this.#onLevel = onLevel;
    input.connect(this.#input);
    output.connect(this.#output);
    taps++;
    this.#wait();
  }

  /** Idempotent. The nodes it was connected to are the owner's to disconnect. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    taps--;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#look(), INTERVAL_MS * taps);
  }

  #look(): void {
    this.#wait();
    const sinceMs = performance.now() - this.#lookedAt;
    this.#lookedAt += sinceMs;
    const levels = { input: this.#level(this.#input, sinceMs), output: this.#level(this.#output, sinceMs) };
    if (!differs(levels.input, this.#last.input) && !differs(levels.output, this.#last.output)) return;
    this.#last = levels;
    this.#onLevel(levels);
  }

  /** Of the samples since the last look, as far as they are kept. */
  #level(analyser: AnalyserNode, sinceMs: number): Level {
    analyser.getFloatTimeDomainData(this.#samples);
    const wanted = Math.min(this.#samples.length, Math.ceil((sinceMs * analyser.context.sampleRate) / 1000));
    return levelOf(this.#samples, { from: this.#samples.length - wanted });
  }
}

const silent: Level = { peak: 0, rms: 0 };

function differs(one: Level, other: Level): boolean {
  return Math.abs(one.peak - other.peak) >= CHANGE || Math.abs(one.rms - other.rms) >= CHANGE;
}
