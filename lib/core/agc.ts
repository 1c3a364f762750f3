import { CoreError } from "./core-error.ts";
import { checkRate, loadSamples, type Samples, storeSamples } from "./samples.ts";
import type { Signals } from "./signals.ts";

export interface AutomaticGainOptions {
  readonly sampleRate: number;
  /** RMS level of active speech to reach, in dB below full scale; −20 unless told. */
  readonly targetDbfs?: number;
  /** 24 unless told. */
  readonly maxGainDb?: number;
}

/**
 * Brings speech to a steady level and limits its peaks to full scale. One thread; has a Signals to itself or shares it with other tools. Does not
 * allocate after construction. Throws `core-busy`, `core-format`.
 */
export class AutomaticGain {
  readonly #signals: Signals;

  constructor(signals: Signals, { sampleRate, targetDbfs = -20, maxGainDb = 24 }: AutomaticGainOptions) {
    checkRate(sampleRate, "automatic gain control");
    signals.claim("automatic gain control");
    this.#signals = signals;
    signals.exports.agcOpen(sampleRate, 32768 * 10 ** (targetDbfs / 20), 10 ** (maxGainDb / 20));
  }

  /**
   * Adjusts a frame in place (10 or 20 ms; a multiple of 4 samples). `speech` says whether someone speaks in it, as a
   * VoiceActivityDetector does: the gain learns only then.
   */
  process(samples: Samples, speech: boolean): void {
    const { inputSamples, exports } = this.#signals;
    if (samples.length % 4 !== 0 || samples.length > inputSamples.length) {
      throw new CoreError("core-format", `A frame of ${samples.length} samples: pass a multiple of 4, 20 ms at most.`);
    }
    if (samples.length === 0) return;
    loadSamples(inputSamples, samples);
    exports.agcRun(exports.inputPtr(), samples.length, speech ? 1 : 0);
    storeSamples(samples, inputSamples);
  }

  /** The gain reached, without the limiter. */
  get gainDb(): number {
    return 20 * Math.log10(this.#signals.exports.agcGain());
  }
}
