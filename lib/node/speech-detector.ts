import { VoiceActivityDetector } from "../core/index.ts";
import { createSignals } from "./sound.ts";

/** Of `SpeechDetector`. */
export interface SpeechDetectorOptions {
  readonly sampleRate: number;
  /** How long a silence ends an utterance. Default 500. */
  readonly silenceMs?: number;
}

/** What a piece of sound changed: somebody began to speak, or stopped after `speechMs` of it. */
export type SpeechChange = { readonly type: "started" } | { readonly type: "ended"; readonly speechMs: number };

/** Hears when a caller speaks, over a background it learns by itself. */
export class SpeechDetector {
  readonly #detector: VoiceActivityDetector;
  readonly #silenceMs: number;
  readonly #sampleRate: number;
  #activeSamples = 0;
  #active = false;

  constructor({ sampleRate, silenceMs = 500 }: SpeechDetectorOptions) {
    this.#sampleRate = sampleRate;
    this.#silenceMs = silenceMs;
    this.#detector = new VoiceActivityDetector(createSignals(), { sampleRate, hangoverMs: silenceMs });
  }

  get active(): boolean {
    return this.#active;
  }

  /** Feed it everything, in pieces of some 20 ms: a change is told once for each piece. */
  feed(samples: Int16Array): SpeechChange | undefined {
    const active = this.#detector.process(samples);
    if (active) this.#activeSamples += samples.length;
    if (active === this.#active) return undefined;
    this.#active = active;
    if (active) return { type: "started" };
    const speechMs = Math.max(0, (this.#activeSamples * 1000) / this.#sampleRate - this.#silenceMs);
    this.#activeSamples = 0;
    return { type: "ended", speechMs };
  }
}
