import { align, resample } from "../support/signal.ts";
import { readWav, type Sound } from "../support/wav.ts";

/** Below it something else is heard than what is said; the browser's echo cancellation and noise suppression are on. */
export const minCorrelation = 0.6;

/** How well what is heard matches what the fake microphone says: the correlation of the middle one of windows of 100 ms. About half a second of work. */
export function correlationOf(heard: Sound, microphone: string): number {
  const sound = telephoneBand(heard);
  const said = saidOverAndOver(microphone);
  const windows: number[] = [];
  for (let at = 0; at + windowSamples <= sound.length; at += windowSamples)
    windows.push(align(said, sound.subarray(at, at + windowSamples)).correlation);
  return windows.sort((a, b) => a - b)[windows.length >> 1] ?? 0;
}

/** What every codec lets through, at a rate so high that noise still matches half a sample off. */
const telephoneBand = (sound: Sound): Float32Array => resample(resample(sound, 8000), 12_000).samples;
const windowSamples = 1200;
const microphones = new Map<string, Float32Array>();

/** The fake microphone begins again at the end of its file. */
function saidOverAndOver(file: string): Float32Array {
  let said = microphones.get(file);
  if (!said) {
    const once = telephoneBand(readWav(file));
    said = new Float32Array(once.length + windowSamples);
    said.set(once);
    said.set(once.subarray(0, windowSamples), once.length);
    microphones.set(file, said);
  }
  return said;
}
