import { checkRate, loadSamples, type Samples } from "./samples.ts";
import type { Signals } from "./signals.ts";

export interface VoiceActivityOptions {
  readonly sampleRate: number;
  /** How long activity outlasts the last frame that sounds like speech; 300 unless told. */
  readonly hangoverMs?: number;
}

/**
 * Says whether someone speaks, over a background it learns by itself: on within 60 ms of an onset, off `hangoverMs` after the end. One
 * thread; has a Signals to itself or shares it with other tools. Does not allocate after construction. Throws `core-busy`, `core-format`.
 */
export class VoiceActivityDetector {
  readonly #signals: Signals;
  readonly #options: VoiceActivityOptions;
  #active = false;
  #stateSamples = 0;

  constructor(signals: Signals, options: VoiceActivityOptions) {
    checkRate(options.sampleRate, "voice activity detector", 192_000);
    signals.claim("voice activity detector");
    this.#signals = signals;
    this.#options = options;
    this.reset();
  }

  /** Looks at mono samples, any number at a time (decisions fall every 10 ms). Returns `active`. */
  process(samples: Samples): boolean {
    const { inputSamples, exports } = this.#signals;
    const source = exports.inputPtr();
    for (let at = 0; at < samples.length; at += inputSamples.length) {
      const count = Math.min(inputSamples.length, samples.length - at);
      loadSamples(inputSamples, samples, at, count);
      const active = exports.vadRun(source, count) === 1;
      this.#stateSamples = active === this.#active ? this.#stateSamples + count : 0;
      this.#active = active;
    }
    return this.#active;
  }

  get active(): boolean {
    return this.#active;
  }

  /** For how long `active` has been what it is, counted in the samples shown. */
  get stateMs(): number {
    return (this.#stateSamples * 1000) / this.#options.sampleRate;
  }

  /** Forgets the background: for a new stream. */
  reset(): void {
    this.#signals.exports.vadOpen(this.#options.sampleRate, this.#options.hangoverMs ?? 300);
    this.#active = false;
    this.#stateSamples = 0;
  }
}
