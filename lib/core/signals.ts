import { type BlockExports, WasmInstance } from "./wasm-instance.ts";

/** What wasm/signals.ts exports. Samples are f32 on the int16 scale; a tone's and a block's are what their classes say. */
export interface SignalsExports extends BlockExports {
  codecReset(codec: number): void;
  blockEncode(codec: number, rate: number, samples: number): number;
  blockDecode(codec: number, rate: number, bytes: number): number;
  toneOpen(sampleRate: number): void;
  toneStart(kind: number, level: number, durationMs: number): number;
  toneSine(hz: number, secondHz: number, level: number, durationMs: number): void;
  toneStop(): void;
  toneActive(): number;
  tonePull(frames: number): number;
  mixerOpen(sampleRate: number, frameSamples: number): number;
  mixerReset(slot: number): void;
  mixerInputPtr(slot: number): number;
  mixerOutputPtr(slot: number): number;
  mixerSetGain(slot: number, gain: number): void;
  mixerSetHears(slot: number, mask: number): void;
  mixerLevel(slot: number): number;
  mixerRun(talkers: number, listeners: number): void;
  vadOpen(sampleRate: number, hangoverMs: number): void;
  vadRun(source: number, samples: number): number;
  dtmfDetectorOpen(sampleRate: number): void;
  dtmfDetectorRun(source: number, samples: number): number;
  dtmfDetectorCode(index: number): number;
  dtmfDetectorAt(index: number): number;
  dtmfDetectorDown(): number;
  agcOpen(sampleRate: number, targetRms: number, largestGain: number): void;
  agcRun(at: number, samples: number, speech: number): void;
  agcGain(): number;
}

/** One instance of signals.wasm: one of each signal tool may live in it. */
export class Signals extends WasmInstance<SignalsExports> {}
