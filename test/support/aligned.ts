import { align, alignNear } from "./signal.ts";

export interface Alignment {
  /** Of everything that was heard with what was spoken, each window moved to where it belongs; −1 to 1. */
  readonly correlation: number;
  /** Windows that match nothing that was spoken (below 0.6): silence, concealment, or somebody else's sound. */
  readonly strangeWindows: number;
  readonly windows: number;
}

/**
 * Compares a recording with what was spoken, window by window, because an adaptive player may be a few milliseconds later here than there.
 * Both are mono at the same rate; the reference must be unique in every window (speech over noise).
 */
export function compareWindows(heard: Float32Array, spoken: Float32Array, windowSamples: number): Alignment {
  let product = 0;
  let heardEnergy = 0;
  let spokenEnergy = 0;
  let strangeWindows = 0;
  let windows = 0;
  let expected = 0;
  for (let at = 0; at + windowSamples <= heard.length; at += windowSamples) {
    const piece = heard.subarray(at, at + windowSamples);
    let match = alignNear(spoken, piece, expected, windowSamples);
    if (match.correlation < 0.6) match = align(spoken, piece); // the first window, or something was cut
    const { lag, correlation } = match;
    expected = lag + windowSamples;
    windows++;
    if (correlation < 0.6) strangeWindows++;
    for (let i = 0; i < windowSamples; i++) {
      const [a, b] = [piece[i]!, spoken[lag + i]!];
      product += a * b;
      heardEnergy += a * a;
      spokenEnergy += b * b;
    }
  }
  return { correlation: product / Math.sqrt(heardEnergy * spokenEnergy + 1e-12), strangeWindows, windows };
}
