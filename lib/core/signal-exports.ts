/** What wasm/mixer.ts, vad.ts, dtmf-detector.ts and agc.ts export; samples are f32 on the int16 scale. */
export interface SignalExports {
  mixerOpen(sampleRate: number, frameSamples: number): number;
  mixerReset(slot: number): void;
  mixerInputPtr(slot: number): number;
  mixerOutputPtr(slot: number): number;
  mixerSetGain(slot: number, gain: number): void;
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
