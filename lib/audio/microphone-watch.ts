import type { MicrophoneInput } from "./microphone-input.ts";
import { MicrophoneJudge, type MicrophoneSigns } from "./microphone-signs.ts";

const INTERVAL_MS = 500;
/** 0.68 s at 48 kHz: no moment between two looks is missed. */
const WINDOW_SAMPLES = 32_768;
/** After a change, until nothing of before is left in the window. */
const DEAF_MS = 800;

export interface WatchedAudio {
  readonly context: AudioContext;
  readonly input: MicrophoneInput;
  muted(): boolean;
}

/** Looks at the sound of the microphone twice a second, before anything is done to it. Main thread; one timer. */
export class MicrophoneWatch {
  readonly #audio: WatchedAudio;
  readonly #onSigns: (signs: MicrophoneSigns) => void;
  readonly #analyser: AnalyserNode;
  readonly #samples = new Float32Array(WINDOW_SAMPLES);
  readonly #judge = new MicrophoneJudge();
  #deafUntil = 0;
  #track: MediaStreamTrack | undefined;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(audio: WatchedAudio, onSigns: (signs: MicrophoneSigns) => void) {
    this.#audio = audio;
    this.#onSigns = onSigns;
    this.#analyser = new AnalyserNode(audio.context, { fftSize: WINDOW_SAMPLES });
    audio.input.connect(this.#analyser, { raw: true });
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.#audio.input.disconnect(this.#analyser);
  }

  #look(): void {
    const { context, input } = this.#audio;
    const { track } = input;
    const now = performance.now();
    if (track !== this.#track || context.state !== "running") {
      this.#judge.forget();
      this.#track = track;
      this.#deafUntil = now + DEAF_MS;
    }
    if (now < this.#deafUntil || track?.readyState !== "live") return;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const heard = measure(this.#samples);
    this.#onSigns(this.#judge.hear({ ...heard, still: heard.still || track.muted }, this.#audio.muted(), now));
  }
}

/** Comparisons only: with Math.min and Math.max this was a third of what a call costs its page. */
function measure(samples: Float32Array): { readonly peak: number; readonly rms: number; readonly still: boolean } {
  let [lowest, highest, power] = [1, -1, 0];
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    if (sample < lowest) lowest = sample;
    if (sample > highest) highest = sample;
    power += sample * sample;
  }
  return { peak: Math.max(highest, -lowest), rms: Math.sqrt(power / samples.length), still: lowest === highest };
}
