import { CoreError } from "./core-error.ts";
import type { Signals } from "./signals.ts";

export const dtmfDigits = "123A456B789C*0#D";

/** A DTMF digit, a call progress tone, or one or two sines. */
export type Tone = string | { readonly hz: number; readonly secondHz?: number };

export interface ToneOptions {
  /** Level of each component; 0 dBm0 is 3.17 dB below full scale (ITU-T G.711). −10 unless told. */
  readonly levelDbm0?: number;
  /** Until `stop()` unless told. */
  readonly durationMs?: number;
}

const progressTones = ["dial", "ringback", "busy", "reorder"];

/** DTMF digits (ITU-T Q.23) and call progress tones, ±1 scale. One thread; has a Signals to itself or shares it with other tools. Throws `core-busy`. */
export class ToneGenerator {
  readonly #signals: Signals;

  constructor(signals: Signals, { sampleRate }: { readonly sampleRate: number }) {
    signals.claim("tone generator");
    this.#signals = signals;
    signals.exports.toneOpen(sampleRate);
  }

  /** Starts a tone in place of the one that sounds: a digit, "dial", "ringback", "busy", "reorder", or frequencies. */
  start(tone: Tone, { levelDbm0 = -10, durationMs = Number.MAX_VALUE }: ToneOptions = {}): void {
    const amplitude = 10 ** ((levelDbm0 - 3.17) / 20);
    if (typeof tone === "object") {
      this.#signals.exports.toneSine(tone.hz, tone.secondHz ?? 0, amplitude, durationMs);
      return;
    }
    const kind = tone.length === 1 ? dtmfDigits.indexOf(tone.toUpperCase()) : progressTones.indexOf(tone) + 16;
    if (kind < 0 || (tone.length !== 1 && kind < 16)) {
      throw new CoreError(
        "core-format",
        `There is no tone "${tone}": a digit of ${dtmfDigits}, or ${progressTones.join(", ")}.`,
      );
    }
    this.#signals.exports.toneStart(kind, amplitude, durationMs);
  }

  stop(): void {
    this.#signals.exports.toneStop();
  }

  get active(): boolean {
    return this.#signals.exports.toneActive() !== 0;
  }

  pull(out: Float32Array): void {
    const { outputSamples, exports } = this.#signals;
    for (let at = 0; at < out.length; at += outputSamples.length) {
      const count = Math.min(outputSamples.length, out.length - at);
      exports.tonePull(count);
      for (let i = 0; i < count; i++) out[at + i] = outputSamples[i]!;
    }
  }
}
