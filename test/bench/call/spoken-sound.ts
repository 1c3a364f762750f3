import { microphoneFile } from "../../support/speech.ts";
import { readWav } from "../../support/wav.ts";
import { BandLimiter } from "./band-limiter.ts";
import { analysisRate } from "./clip.ts";

/** Rate of the sound of an agent: what RTVBP applications speak. */
export const agentRate = 8000;

/** What an agent says: speech over noise, so that every piece is unique and any silence is the player's. */
export interface AgentSound {
  /** L16 at `agentRate`. */
  readonly bytes: Uint8Array;
  /** Of what is compared. */
  readonly band: Float32Array;
  readonly seconds: number;
}

const sentences = [
  "The opening hours are from nine in the morning until five in the afternoon, Monday to Friday.",
  "Your parcel was handed to the courier yesterday evening, and should reach you before noon.",
  "If you would like to speak to somebody, say so at any time, and I will put you through.",
];

/** For the fake microphone of every row: long enough that no two stretches within reach of a late call are the same. */
export const microphone = (): string =>
  microphoneFile({ text: sentences.join(" "), leadMs: 200, tailMs: 300, noiseDb: -31, seed: 17 });

export function agentSound(seconds: number): AgentSound {
  const text = Array.from({ length: Math.ceil(seconds / 15) }, () => sentences.join(" ")).join(" ");
  const { sampleRate, samples } = readWav(microphoneFile({ text, tailMs: 20_000, noiseDb: -31, seed: 23 }));
  const sound = new BandLimiter(sampleRate, agentRate).convert(samples.subarray(0, seconds * sampleRate));
  const frames = Int16Array.from(sound, (sample) => Math.max(-1, Math.min(1, sample)) * 32_767);
  return {
    bytes: new Uint8Array(frames.buffer),
    band: new BandLimiter(agentRate, analysisRate).convert(Float32Array.from(frames, (sample) => sample / 32_768)),
    seconds,
  };
}
