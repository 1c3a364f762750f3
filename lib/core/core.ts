import { CoreError } from "./core-error.ts";
import type { SignalExports } from "./signal-exports.ts";

/** What wasm/index.ts exports. Pointers are byte offsets into `memory`; the contract of each function is written there. */
export interface CoreExports extends SignalExports {
  readonly memory: WebAssembly.Memory;
  inputPtr(): number;
  outputPtr(): number;
  blockBytes(): number;
  levelPeak(): number;
  levelRms(): number;
  levelReset(): void;
  codecReset(codec: number): void;
  codecUnitBytes(codec: number, rate: number): number;
  blockEncode(codec: number, rate: number, samples: number): number;
  blockDecode(codec: number, rate: number, bytes: number): number;
  playbackOpen(codec: number, rate: number, deviceRate: number): number;
  playbackPush(bytes: number, arrivalMs: number): number;
  playbackPushRtp(bytes: number, sequence: number, timestamp: number, arrivalMs: number): number;
  playbackPull(frames: number, nowMs: number): number;
  playbackFlush(position: number): number;
  playbackStat(index: number): number;
  captureOpen(codec: number, rate: number, deviceRate: number, frameMs: number): number;
  captureMute(muted: number): void;
  capturePush(samples: number): void;
  captureTake(): number;
  captureStat(index: number): number;
  toneOpen(sampleRate: number): void;
  toneStart(kind: number, level: number, durationMs: number): number;
  toneSine(hz: number, secondHz: number, level: number, durationMs: number): void;
  toneStop(): void;
  toneActive(): number;
  tonePull(frames: number): number;
}

/** Peak and RMS since the last reading, 0…1. */
export interface Level {
  readonly peak: number;
  readonly rms: number;
}

/**
 * One instance of the wasm core. It carries one stream at a time, so whoever wraps it claims it. Its memory never grows: the views stay
 * valid for the life of the instance.
 */
export class Core {
  readonly exports: CoreExports;
  /** Where bytes and samples are handed over; both views of each area cover the same memory. */
  readonly inputBytes: Uint8Array;
  readonly inputSamples: Float32Array;
  readonly outputBytes: Uint8Array;
  readonly outputSamples: Float32Array;
  #claimed = false;

  constructor(exports: CoreExports) {
    this.exports = exports;
    const { buffer } = exports.memory;
    const bytes = exports.blockBytes();
    this.inputBytes = new Uint8Array(buffer, exports.inputPtr(), bytes);
    this.inputSamples = new Float32Array(buffer, exports.inputPtr(), bytes / 4);
    this.outputBytes = new Uint8Array(buffer, exports.outputPtr(), bytes);
    this.outputSamples = new Float32Array(buffer, exports.outputPtr(), bytes / 4);
  }

  /** Throws `core-busy` when a stream already lives in this instance. */
  claim(): void {
    if (this.#claimed) {
      throw new CoreError(
        "core-busy",
        "This core already carries a stream; call instantiateCore again for another one.",
      );
    }
    this.#claimed = true;
  }

  /** Reads and resets the level meter. */
  takeLevel(): Level {
    const level = { peak: this.exports.levelPeak(), rms: this.exports.levelRms() };
    this.exports.levelReset();
    return level;
  }
}
