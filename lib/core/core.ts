import { type BlockExports, WasmInstance } from "./wasm-instance.ts";

/** What wasm/index.ts exports. */
export interface CoreExports extends BlockExports {
  levelPeak(): number;
  levelRms(): number;
  levelReset(): void;
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
}

/** Peak and RMS since the last reading, 0…1. */
export interface Level {
  readonly peak: number;
  readonly rms: number;
}

/** One instance of core.wasm. It carries one stream, captured or played. */
export class Core extends WasmInstance<CoreExports> {
  /** Reads and resets the level meter. */
  takeLevel(): Level {
    const level = { peak: this.exports.levelPeak(), rms: this.exports.levelRms() };
    this.exports.levelReset();
    return level;
  }
}
