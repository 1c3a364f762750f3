import { type AudioFormat, codecId, formatUnit, unsupportedFormat } from "./audio-format.ts";
import type { Core, Level } from "./core.ts";

export interface CaptureOptions {
  readonly format: AudioFormat;
  readonly deviceRate: number;
  /** Whole milliseconds, 1…60; 20 unless told. */
  readonly frameMs?: number;
}

/** The microphone side of a call: device-rate samples in, encoded frames out. One thread; owns its core. Throws `core-format`, `core-busy`. */
export class CaptureStream {
  readonly frameBytes: number;
  readonly #core: Core;
  readonly #frame: Uint8Array;
  #muted = false;

  constructor(core: Core, { format, deviceRate, frameMs = 20 }: CaptureOptions) {
    formatUnit(core.exports, format);
    core.claim("stream");
    this.#core = core;
    this.frameBytes = core.exports.captureOpen(codecId(format.codec), format.sampleRate, deviceRate, frameMs);
    if (this.frameBytes <= 0)
      throw unsupportedFormat(format, ` in ${frameMs} ms frames from a device at ${deviceRate} Hz`);
    this.#frame = core.outputBytes.subarray(0, this.frameBytes);
  }

  /** Takes mono samples, ±1. Takes no more than one second of frames that nobody takes out. */
  push(samples: Float32Array): void {
    const { inputSamples, exports } = this.#core;
    if (samples.length > inputSamples.length) {
      for (let at = 0; at < samples.length; at += inputSamples.length) {
        this.push(samples.subarray(at, at + inputSamples.length));
      }
      return;
    }
    inputSamples.set(samples);
    exports.capturePush(samples.length);
  }

  /** The next whole frame, a view into the core's memory that holds until the next call of any method; undefined when there is none. */
  take(): Uint8Array | undefined {
    return this.#core.exports.captureTake() > 0 ? this.#frame : undefined;
  }

  get muted(): boolean {
    return this.#muted;
  }

  /** Fades to silence (or back) over 5 ms; frames keep coming. */
  set muted(muted: boolean) {
    this.#muted = muted;
    this.#core.exports.captureMute(muted ? 1 : 0);
  }

  /** Frames encoded, and frames lost because nobody took the earlier ones. */
  stats(): { readonly frames: number; readonly droppedFrames: number } {
    return { frames: this.#core.exports.captureStat(0), droppedFrames: this.#core.exports.captureStat(1) };
  }

  /** The microphone since the last call, muted or not. */
  level(): Level {
    return this.#core.takeLevel();
  }
}
