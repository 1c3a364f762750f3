import { AudioError, type AudioErrorCode } from "../audio/audio-error.ts";
import { AudioLevelEvent, type AudioState, AudioStateEvent, CallAudioEvents } from "../audio/audio-events.ts";
import type { AudioStats } from "../audio/audio-stats.ts";
import type { MediaEnds } from "../audio/media-link.ts";
import type { CallAudioPort } from "../call/call-options.ts";
import type { AudioFormat, FlushResult, Level } from "../core/index.ts";
import { createFramePipe, FrameReader, FrameWriter } from "../frames/index.ts";
import { encodeSound, SoundDecoder } from "../node/sound.ts";
import { codecBytesPerSecond, codecId, parseCodec } from "../protocol/index.ts";
import { type Clock, systemClock } from "../session/index.ts";
import { LoudspeakerModel } from "./loudspeaker-model.ts";
import type { Sound } from "./sound.ts";

const pipeBytes = 1 << 20;
const frameMs = 20;
const heldFrames = 150;

/**
 * Microphone and loudspeaker for tests where there is no Web Audio: `new Call({ openAudio: audio.open })`. The way of the frames is the real one;
 * the loudspeaker plays what arrives at the speed of `clock`, one after the other, without a buffer.
 */
export class TestAudio extends CallAudioEvents implements CallAudioPort {
  readonly #clock: Clock;
  #state: AudioState = "running";
  #format: AudioFormat | undefined;
  #microphone: FrameWriter | undefined;
  #loudspeaker: FrameReader | undefined;
  #played: LoudspeakerModel | undefined;
  #held: Uint8Array[] = [];
  muted = false;
  volume = 1;
  /** Keys heard here when they are pressed. */
  readonly digits: string[] = [];

  constructor(options: { readonly clock?: Clock } = {}) {
    super();
    this.#clock = options.clock ?? systemClock;
  }

  /** For `new Call({ openAudio })`. */
  readonly open = async (): Promise<TestAudio> => this;

  /** A person without a microphone, or one who says no. */
  static refusing(code: AudioErrorCode = "media-permission-denied"): () => Promise<never> {
    return () => Promise.reject(new AudioError(code, `The test has no microphone: ${code}.`));
  }

  get state(): AudioState {
    return this.#state;
  }

  /** As a browser changes it: `suspended` is a page without a click, `interrupted` a telephone call. */
  setState(state: AudioState): void {
    this.#state = state;
    this.dispatchEvent(new AudioStateEvent(state));
  }

  setLevels(input: Level, output: Level): void {
    this.dispatchEvent(new AudioLevelEvent(input, output));
  }

  /** The person speaks, in real time; silence while muted. Resolves when the last frame has left the microphone. */
  async speak(sound: Sound): Promise<void> {
    const format = this.#format;
    if (!format) throw new Error("The microphone is not open: start the call first.");
    const codec = codecOf(format);
    const bytes = this.muted ? encodeSound(silenceLike(sound), codec) : encodeSound(sound, codec);
    const frameBytes = (codec.bytesPerSecond * frameMs) / 1000;
    let dueAt = this.#clock.now();
    for (let at = 0; at < bytes.length && this.#state !== "closed"; at += frameBytes) {
      const frame = bytes.subarray(at, at + frameBytes);
      if (this.#microphone) this.#microphone.write(frame, this.#clock.now());
      else this.#held = [...this.#held, frame].slice(-heldFrames);
      dueAt += frameMs;
      await new Promise<void>((resolve) => this.#clock.after(dueAt - this.#clock.now(), resolve));
    }
  }

  /** What came for the loudspeaker and was not taken back before it was played. */
  heard(): Sound {
    if (!this.#format || !this.#played) return { samples: new Int16Array(0), sampleRate: 8000 };
    const decoder = new SoundDecoder(codecOf(this.#format));
    return { samples: decoder.decode(this.#played.sound), sampleRate: this.#format.sampleRate };
  }

  async start(format: AudioFormat): Promise<MediaEnds> {
    this.#stop();
    this.#format = format;
    const played = new LoudspeakerModel(this.#clock, codecOf(format).bytesPerSecond);
    this.#played = played;
    const uplink = createFramePipe({ shared: false, capacityBytes: pipeBytes });
    const downlink = createFramePipe({ shared: false, capacityBytes: pipeBytes });
    this.#microphone = new FrameWriter(uplink.tx);
    this.#loudspeaker = new FrameReader(downlink.rx, (bytes) => played.receive(bytes.slice()));
    this.#loudspeaker.listen();
    for (const frame of this.#held.splice(0)) this.#microphone.write(frame, this.#clock.now());
    return { uplink: uplink.rx, downlink: downlink.tx };
  }

  /** The transport is gone: the newest 3 s of the microphone are held until `start`. `heard` tells of what came since then. */
  hold(): void {
    this.#microphone?.close();
    this.#microphone = undefined;
  }

  async setMuted(muted: boolean): Promise<void> {
    this.muted = muted;
  }

  async flush(positionBytes: number): Promise<FlushResult> {
    return this.#played?.flush(positionBytes) ?? { removedBytes: 0, heardMs: 0 };
  }

  setVolume(volume: number): void {
    this.volume = volume;
  }

  playDigit(digit: string): boolean {
    this.digits.push(digit);
    return true;
  }

  async resume(): Promise<void> {
    this.setState("running");
  }

  async stats(): Promise<AudioStats> {
    return {
      state: this.#state,
      sampleRate: 48_000,
      link: this.#format && "port",
      muted: this.muted,
      microphone: { label: "Test microphone", deviceId: undefined, ended: this.#state === "closed" },
      captureMs: frameMs,
      outputMs: 0,
      capture: undefined,
      playback: undefined,
      downlink: this.#loudspeaker?.counters,
      loop: undefined,
    };
  }

  get outputNode(): AudioNode {
    throw new Error("There is no Web Audio here: use a browser and FakeMicrophone for what needs an AudioNode.");
  }

  conversation(): MediaStream {
    throw new Error("There is no MediaRecorder here: use a browser and FakeMicrophone for what needs a recording.");
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#stop();
    this.setState("closed");
  }

  #stop(): void {
    this.#microphone?.close();
    this.#loudspeaker?.close();
    this.#microphone = undefined;
    this.#loudspeaker = undefined;
  }
}

function codecOf({ codec, sampleRate }: AudioFormat): {
  readonly id: string;
  readonly name: string;
  readonly sampleRate: number;
  readonly bytesPerSecond: number;
} {
  const found = parseCodec(codecId(codec, sampleRate));
  return { id: found.id, name: found.name, sampleRate, bytesPerSecond: codecBytesPerSecond(found) };
}

const silenceLike = ({ samples, sampleRate }: Sound): Sound => ({
  samples: new Int16Array(samples.length),
  sampleRate,
});
