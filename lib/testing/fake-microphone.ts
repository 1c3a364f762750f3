import { AudioError } from "../audio/audio-error.ts";
import { noiseSound, type Sound } from "./sound.ts";

/** Of `FakeMicrophone`. */
export interface FakeMicrophoneOptions {
  /** Whose sound it makes. One of its own, unless given; a context that is given is not closed. */
  readonly context?: AudioContext;
  /** Level of the noise between and under what it speaks, decibels of full scale. Silence, unless given. */
  readonly noiseDb?: number;
  readonly seed?: number;
}

/** How long a browser that waits for a click takes to show it: its `resume()` just stays pending. */
const resumeDeadlineMs = 1000;

/**
 * A microphone that speaks when told: `new Call({ microphone: microphone.stream })`, or `install()` for pages that ask the browser. Browsers
 * only; importable anywhere. Whoever makes it closes it.
 */
export class FakeMicrophone {
  readonly context: AudioContext;
  readonly #owned: boolean;
  readonly #output: MediaStreamAudioDestinationNode;
  /** With what resolves its `speak`. */
  readonly #speaking = new Map<AudioBufferSourceNode, () => void>();
  #noise: AudioBufferSourceNode | undefined;
  #closed = false;

  constructor(options: FakeMicrophoneOptions = {}) {
    this.#owned = options.context === undefined;
    this.context = options.context ?? new AudioContext();
    this.#output = new MediaStreamAudioDestinationNode(this.context, { channelCount: 1 });
    const { noiseDb, seed = 1 } = options;
    if (noiseDb !== undefined) {
      // Uniform noise of amplitude a has the power a²/3.
      const amplitude = Math.min(1, Math.sqrt(3) * 10 ** (noiseDb / 20));
      this.#noise = this.#source(
        this.#buffer(noiseSound(5000, { amplitude, seed, sampleRate: this.context.sampleRate })),
      );
      this.#noise.loop = true;
      this.#noise.start();
    }
  }

  /** Ends with `close`. */
  get stream(): MediaStream {
    return this.#output.stream;
  }

  /**
   * Speaks a sound, the bytes of a file that the browser can decode (WAV, MP3 …), or an AudioBuffer. Resolves when it is over. Several at a time are
   * mixed. Rejects with `AudioError`: `media-autoplay` where the page had no click yet, `audio-closed`.
   */
  async speak(what: Sound | AudioBuffer | ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#run();
    const source = this.#source(await this.#decode(what));
    await new Promise<void>((resolve) => {
      this.#speaking.set(source, resolve);
      source.onended = () => resolve();
      source.start();
    });
    source.disconnect();
    this.#speaking.delete(source);
  }

  /** Falls silent; what was being spoken resolves. */
  stop(): void {
    for (const [source, resolve] of this.#speaking) {
      source.stop();
      resolve();
    }
  }

  /** As if the device was pulled out. */
  unplug(): void {
    for (const track of this.stream.getTracks()) {
      track.stop();
      track.dispatchEvent(new Event("ended")); // `stop` by the page itself fires none
    }
  }

  /** Answers `getUserMedia` for sound in this page, with a copy for everyone who asks. Returns what takes it back. */
  install(): () => void {
    const { mediaDevices } = navigator;
    const original = mediaDevices.getUserMedia;
    mediaDevices.getUserMedia = async (constraints) => {
      if (!constraints?.audio || constraints.video) return original.call(mediaDevices, constraints);
      await this.#run();
      return this.stream.clone();
    };
    return () => {
      mediaDevices.getUserMedia = original;
    };
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.stop();
    this.#noise?.stop();
    for (const track of this.stream.getTracks()) track.stop();
    this.#output.disconnect();
    if (this.#owned) await this.context.close();
  }

  async #run(): Promise<void> {
    if (this.#closed) throw new AudioError("audio-closed", "The fake microphone is closed.");
    if (this.context.state === "running") return;
    const deadline = new Promise((resolve) => setTimeout(resolve, resumeDeadlineMs));
    await Promise.race([this.context.resume(), deadline]);
    if ((this.context.state as AudioContextState) === "running") return;
    throw new AudioError("media-autoplay", "The browser lets this page make no sound before a click.");
  }

  async #decode(what: Parameters<FakeMicrophone["speak"]>[0]): Promise<AudioBuffer> {
    if (what instanceof AudioBuffer) return what;
    if (what instanceof Uint8Array) return this.context.decodeAudioData(what.slice().buffer);
    if (what instanceof ArrayBuffer) return this.context.decodeAudioData(what.slice(0));
    return this.#buffer(what);
  }

  #buffer({ samples, sampleRate }: Sound): AudioBuffer {
    const buffer = new AudioBuffer({ length: Math.max(1, samples.length), sampleRate });
    buffer.copyToChannel(
      Float32Array.from(samples, (sample) => sample / 32768),
      0,
    );
    return buffer;
  }

  #source(buffer: AudioBuffer): AudioBufferSourceNode {
    const source = new AudioBufferSourceNode(this.context, { buffer });
    source.connect(this.#output);
    return source;
  }
}
