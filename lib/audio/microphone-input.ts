import type { MicrophoneFigures } from "./audio-stats.ts";
import type { Microphone } from "./microphone.ts";

/** The microphone in use as a place in the audio graph: another one can be put in while the graph behind it stays. */
export class MicrophoneInput {
  readonly #context: AudioContext;
  readonly #onEnded: (track: MediaStreamTrack) => void;
  #microphone: Microphone | undefined;
  #source: MediaStreamAudioSourceNode | undefined;
  readonly #targets = new Set<AudioNode>();
  readonly #rawTargets = new Set<AudioNode>();
  /** Between the microphone and `#targets`. */
  #filter: AudioNode | undefined;
  readonly #ended = (): void => {
    if (this.#microphone) this.#onEnded(this.#microphone.track);
  };

  constructor(context: AudioContext, onEnded: (track: MediaStreamTrack) => void) {
    this.#context = context;
    this.#onEnded = onEnded;
  }

  /** Puts `microphone` (or silence) in place of what was there, which is closed. Owns it from here. */
  use(microphone: Microphone | undefined): void {
    const source = microphone && new MediaStreamAudioSourceNode(this.#context, { mediaStream: microphone.stream });
    for (const target of this.#filter ? [this.#filter] : this.#targets) source?.connect(target);
    for (const target of this.#rawTargets) source?.connect(target);
    this.#source?.disconnect();
    this.#microphone?.track.removeEventListener("ended", this.#ended);
    this.#microphone?.close();
    this.#source = source;
    this.#microphone = microphone;
    microphone?.track.addEventListener("ended", this.#ended);
  }

  /** `raw`: the microphone as it is, past what it goes through. */
  connect(target: AudioNode, { raw = false } = {}): void {
    (raw ? this.#rawTargets : this.#targets).add(target);
    (raw ? this.#source : this.#head)?.connect(target);
  }

  disconnect(target: AudioNode): void {
    if (this.#targets.delete(target)) this.#head?.disconnect(target);
    if (this.#rawTargets.delete(target)) this.#source?.disconnect(target);
  }

  /** What the sound of the microphone goes through from now on, or nothing. Stays the caller's. */
  through(filter: AudioNode | undefined): void {
    const before = this.#filter;
    for (const target of this.#targets) this.#head?.disconnect(target);
    if (before) this.#source?.disconnect(before);
    this.#filter = filter;
    if (filter) this.#source?.connect(filter);
    for (const target of this.#targets) this.#head?.connect(target);
  }

  get #head(): AudioNode | undefined {
    return this.#filter ?? this.#source;
  }

  /** Idempotent. */
  close(): void {
    this.use(undefined);
    this.#filter?.disconnect();
    this.#targets.clear();
    this.#rawTargets.clear();
  }

  get track(): MediaStreamTrack | undefined {
    return this.#microphone?.track;
  }

  get figures(): MicrophoneFigures | undefined {
    const track = this.#microphone?.track;
    return track && { label: track.label, deviceId: track.getSettings().deviceId, ended: track.readyState === "ended" };
  }
}
