import { levelOf } from "./level-of.ts";
import type { MicrophoneInput } from "./microphone-input.ts";
import { MicrophoneJudge, type MicrophoneSigns } from "./microphone-signs.ts";
import { Pulse } from "./pulse.ts";

const INTERVAL_MS = 600;
/** 0.68 s at 48 kHz: no moment between two looks is missed. */
const WINDOW_SAMPLES = 32_768;
/** One of so many tells how loud it was as well as all of them. */
const STEP_SAMPLES = 5;
/** After a change, until nothing of before is left in the window. */
const DEAF_MS = 800;

export interface WatchedAudio {
  readonly context: AudioContext;
  readonly input: MicrophoneInput;
  muted(): boolean;
}

/** Looks at the sound of the microphone every 0.6 s, before anything is done to it. Main thread; one timer. */
export class MicrophoneWatch {
  readonly #audio: WatchedAudio;
  readonly #onSigns: (signs: MicrophoneSigns) => void;
  readonly #analyser: AnalyserNode;
  readonly #samples = new Float32Array(WINDOW_SAMPLES);
  readonly #judge = new MicrophoneJudge();
  #deafUntil = 0;
  #track: MediaStreamTrack | undefined;
  readonly #pulse: Pulse;

  constructor(audio: WatchedAudio, onSigns: (signs: MicrophoneSigns) => void) {
    this.#audio = audio;
    this.#onSigns = onSigns;
    this.#analyser = new AnalyserNode(audio.context, { fftSize: WINDOW_SAMPLES });
    audio.input.connect(this.#analyser, { raw: true });
    this.#pulse = new Pulse(INTERVAL_MS, () => this.#look());
  }

  /** The page is awake: a look that is due costs less now. */
  awake(): void {
    this.#pulse.nudge();
  }

  /** Idempotent. */
  close(): void {
    this.#pulse.stop();
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
    const heard = levelOf(this.#samples, { step: STEP_SAMPLES });
    const still = track.muted || this.#samples.every((sample) => sample === this.#samples[0]);
    this.#onSigns(this.#judge.hear({ ...heard, still }, this.#audio.muted(), now));
  }
}
