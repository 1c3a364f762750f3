import { type AudioFormat, codecId, formatUnit, unsupportedFormat } from "./audio-format.ts";
import type { Core, Level } from "./core.ts";
import { type PlaybackStats, readPlaybackStats } from "./playback-stats.ts";

export interface PlaybackOptions {
  readonly format: AudioFormat;
  readonly deviceRate: number;
}

export interface FlushResult {
  /** Bytes before the position that nobody will hear, those still to arrive included. */
  readonly removedBytes: number;
  /** How much of the utterance was played, the fade included. */
  readonly heardMs: number;
}

/** The device side of a call: encoded bytes in, device-rate samples out. One thread; owns its core. Throws `core-format`, `core-busy`. */
export class PlaybackStream {
  readonly #core: Core;
  readonly #unit: { readonly bytes: number; readonly samples: number };
  /** The core's output, as long as the last pull. */
  #pulled: Float32Array;

  constructor(core: Core, { format, deviceRate }: PlaybackOptions) {
    this.#unit = formatUnit(core.exports, format);
    core.claim("stream");
    this.#core = core;
    this.#pulled = core.outputSamples.subarray(0, 128);
    if (core.exports.playbackOpen(codecId(format.codec), format.sampleRate, deviceRate) < 0) {
      throw unsupportedFormat(format, ` on a device at ${deviceRate} Hz`);
    }
  }

  /** Takes in-order bytes of any length, received at `arrivalMs` on the clock of `pull`. Returns how many were not refused. */
  push(bytes: Uint8Array, arrivalMs: number): number {
    const { inputBytes, exports } = this.#core;
    if (bytes.length <= inputBytes.length) {
      inputBytes.set(bytes);
      return exports.playbackPush(bytes.length, arrivalMs);
    }
    let accepted = 0;
    for (let at = 0; at < bytes.length; at += inputBytes.length) {
      const part = bytes.subarray(at, at + inputBytes.length);
      inputBytes.set(part);
      accepted += exports.playbackPush(part.length, arrivalMs);
    }
    return accepted;
  }

  /** Fills `out` with samples at the device rate, silence where there is nothing to play. Never throws; allocates only where the length changes. */
  pull(out: Float32Array, nowMs: number): void {
    const { outputSamples, exports } = this.#core;
    if (out.length > outputSamples.length) {
      for (let at = 0; at < out.length; at += outputSamples.length) {
        this.pull(out.subarray(at, at + outputSamples.length), nowMs);
      }
      return;
    }
    exports.playbackPull(out.length, nowMs);
    if (this.#pulled.length !== out.length) this.#pulled = outputSamples.subarray(0, out.length);
    out.set(this.#pulled);
  }

  /**
   * Silences the stream up to `positionBytes` (bytes pushed since it was opened), with a fade of 2.5 ms at the device. Bytes before it that
   * arrive later are discarded; nothing after it is touched.
   */
  flush(positionBytes: number): FlushResult {
    const removedBytes = this.#core.exports.playbackFlush(positionBytes);
    return { removedBytes, heardMs: this.#core.exports.playbackStat(9) };
  }

  /** Bytes of the stream that are no longer held: where the playhead is, as long as nothing was refused. Allocates nothing. */
  get playedPosition(): number {
    return this.#core.exports.playbackStat(31);
  }

  stats(): PlaybackStats {
    return readPlaybackStats(this.#core.exports, this.#unit);
  }

  /** What went to the device since the last call. */
  level(): Level {
    return this.#core.takeLevel();
  }
}
