import { compileEntry } from "../compile.ts";
import type { Area } from "../guards.ts";

/** The exports of entries/engine.ts. */
export interface EngineExports {
  readonly memory: WebAssembly.Memory;
  inputPtr(): number;
  outputPtr(): number;
  playbackOpen(codec: number, rate: number, deviceRate: number): number;
  playbackPush(length: number, arrivalMs: number): number;
  playbackPushRtp(length: number, sequence: number, timestamp: number, arrivalMs: number): number;
  playbackPull(frames: number, nowMs: number): number;
  playbackFlush(position: number): number;
  playbackStat(index: number): number;
  packetCount(): number;
  packetStart(i: number): number;
  packetSamples(i: number): number;
  bufferStart(i: number): number;
  bufferBytes(i: number): number;
}

export const STAT = {
  received: 0,
  played: 1,
  dropped: 2,
  flushed: 3,
  held: 4,
  underruns: 6,
  heldMs: 8,
  heardMs: 9,
  sender: 11,
  targetMs: 12,
  driftPpm: 15,
  resamplePpm: 16,
  concealed: 21,
  concealmentEvents: 23,
  inserted: 24,
  removed: 25,
  interruptions: 27,
  rebufferings: 28,
  operation: 32,
} as const;

export const CODECS = { L16: 0, PCMU: 1, PCMA: 2, G722: 3 } as const;

/** The engine in one instance, on a simulated device that renders quanta of 128 frames. */
export class EngineRig {
  readonly exports: EngineExports;
  readonly deviceRate: number;
  readonly #input: Uint8Array;
  readonly #output: Float32Array;
  /** The device's clock, ms. */
  nowMs = 0;

  constructor(instance: WebAssembly.Instance, codec: keyof typeof CODECS, rate: number, deviceRate: number) {
    this.exports = instance.exports as unknown as EngineExports;
    const { memory } = this.exports;
    this.#input = new Uint8Array(memory.buffer, this.exports.inputPtr(), 16384);
    this.#output = new Float32Array(memory.buffer, this.exports.outputPtr(), 4096);
    this.deviceRate = deviceRate;
    if (this.exports.playbackOpen(CODECS[codec], rate, deviceRate) < 0) throw new RangeError(`${codec}/${rate}`);
  }

  push(bytes: Uint8Array, arrivalMs = this.nowMs): number {
    let accepted = 0;
    for (let at = 0; at < bytes.length; at += 16384) {
      const part = bytes.subarray(at, at + 16384);
      this.#input.set(part);
      accepted += this.exports.playbackPush(part.length, arrivalMs);
    }
    return accepted;
  }

  pushRtp(payload: Uint8Array, sequence: number, timestamp: number, arrivalMs = this.nowMs): number {
    this.#input.set(payload);
    return this.exports.playbackPushRtp(payload.length, sequence, timestamp, arrivalMs);
  }

  /** Renders one quantum; the view is valid until the next call. */
  quantum(): Float32Array {
    const frames = this.exports.playbackPull(128, this.nowMs);
    this.nowMs += (1000 * 128) / this.deviceRate;
    return this.#output.subarray(0, frames);
  }

  run(ms: number): Float32Array {
    const parts: number[] = [];
    for (const end = this.nowMs + ms; this.nowMs < end; ) parts.push(...this.quantum());
    return Float32Array.from(parts);
  }

  stat(name: keyof typeof STAT): number {
    return this.exports.playbackStat(STAT[name]);
  }

  /** received − played − dropped − flushed − held: always 0. */
  imbalance(): number {
    const { stat } = { stat: (name: keyof typeof STAT) => this.stat(name) };
    return stat("received") - stat("played") - stat("dropped") - stat("flushed") - stat("held");
  }

  areas(): Area[] {
    const areas: Area[] = [];
    for (let i = 0; this.exports.bufferStart(i); i++) {
      areas.push({ name: `buffer ${i}`, start: this.exports.bufferStart(i), bytes: this.exports.bufferBytes(i) });
    }
    return areas;
  }
}

let compiled: Promise<WebAssembly.Instance> | undefined;

/** One shared instance: opening a rig starts it anew. */
export function engineInstance(): Promise<WebAssembly.Instance> {
  compiled ??= compileEntry("engine");
  return compiled;
}
