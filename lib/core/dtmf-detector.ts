import { checkRate, loadSamples, type Samples } from "./samples.ts";
import type { Signals } from "./signals.ts";

export interface DetectedDigit {
  readonly type: "down" | "up";
  /** One of 0–9 A–D * #. */
  readonly digit: string;
  /** When the tone began or ended, in the samples shown since the detector was made, to about 5 ms. */
  readonly atMs: number;
}

const nothing: readonly DetectedDigit[] = Object.freeze([]);

/**
 * Finds DTMF digits in sound (ITU-T Q.24): −3 to −25 dBm0, 40 ms on and off, ±1.5 %, twist to 8 dB; a digit is reported 30 to 40 ms after
 * its tone began. One thread; has a Signals to itself or shares it with other tools. Allocates only when a digit begins or ends. Throws `core-busy`,
 * `core-format`.
 */
export class DtmfDetector {
  readonly #signals: Signals;
  readonly #sampleRate: number;

  constructor(signals: Signals, { sampleRate }: { readonly sampleRate: number }) {
    checkRate(sampleRate, "DTMF detector");
    signals.claim("DTMF detector");
    this.#signals = signals;
    this.#sampleRate = sampleRate;
    signals.exports.dtmfDetectorOpen(sampleRate);
  }

  /** Looks at mono samples, any number at a time. Returns what began and ended in them, in order. */
  process(samples: Samples): readonly DetectedDigit[] {
    const { inputSamples, exports } = this.#signals;
    const source = exports.inputPtr();
    let found: DetectedDigit[] | undefined;
    for (let at = 0; at < samples.length; at += inputSamples.length) {
      const count = Math.min(inputSamples.length, samples.length - at);
      loadSamples(inputSamples, samples, at, count);
      const events = exports.dtmfDetectorRun(source, count);
      for (let index = 0; index < events; index++) {
        const code = exports.dtmfDetectorCode(index);
        found ??= [];
        found.push({
          type: code > 0 ? "down" : "up",
          digit: String.fromCharCode(Math.abs(code)),
          atMs: (exports.dtmfDetectorAt(index) * 1000) / this.#sampleRate,
        });
      }
    }
    return found ?? nothing;
  }

  /** The digit that sounds now. */
  get down(): string | undefined {
    const code = this.#signals.exports.dtmfDetectorDown();
    return code > 0 ? String.fromCharCode(code) : undefined;
  }
}
