import type { MicrophoneFigures } from "./audio-stats.ts";
import type { Microphone } from "./microphone.ts";

/** The microphone in use as a place in the audio graph: another one can be put in while the graph behind it stays. */
export class MicrophoneInput {
  readonly #context: AudioContext;
  readonly #onEnded: (track: MediaStreamTrack) => void;
  #microphone: Microphone | undefined;
  #source: MediaStreamAudioSourceNode | undefined;
  readonly #targets = new Set<AudioNode>();
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
    for (const target of this.#targets) source?.connect(target);
    this.#source?.disconnect();
    this.#microphone?.track.removeEventListener("ended", this.#ended);
    this.#microphone?.close();
    this.#source = source;
    this.#microphone = microphone;
    microphone?.track.addEventListener("ended", this.#ended);
  }

  connect(target: AudioNode): void {
    this.#targets.add(target);
    this.#source?.connect(target);
  }

  disconnect(target: AudioNode): void {
    if (this.#targets.delete(target)) this.#source?.disconnect(target);
  }

  /** Idempotent. */
  close(): void {
    this.use(undefined);
    this.#targets.clear();
  }

  get track(): MediaStreamTrack | undefined {
    return this.#microphone?.track;
  }

  get figures(): MicrophoneFigures | undefined {
    const track = this.#microphone?.track;
    return track && { label: track.label, deviceId: track.getSettings().deviceId, ended: track.readyState === "ended" };
  }
}
