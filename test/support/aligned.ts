import { align, alignNear } from "./signal.ts";

export interface Alignment {
  /** Of everything that was heard with what was spoken, each window moved to where it belongs; −1 to 1. */
  readonly correlation: number;
  /** Windows that match nothing that was spoken (below 0.6): silence, concealment, or somebody else's sound. */
  readonly strangeWindows: number;
  readonly windows: number;
  /** Of every window by itself. */
  readonly correlations: readonly number[];
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
  const correlations: number[] = [];
  let expected = 0;
  for (let at = 0; at + windowSamples <= heard.length; at += windowSamples) {
    const piece = heard.subarray(at, at + windowSamples);
    let match = alignNear(spoken, piece, expected, windowSamples);
    if (match.correlation < 0.6) match = align(spoken, piece); // the first window, or something was cut
    const { lag, correlation } = match;
    expected = lag + windowSamples;
    correlations.push(correlation);
    if (correlation < 0.6) strangeWindows++;
    for (let i = 0; i < windowSamples; i++) {
      const [a, b] = [piece[i]!, spoken[lag + i]!];
      product += a * b;
      heardEnergy += a * a;
      spokenEnergy += b * b;
    }
  }
  const correlation = product / Math.sqrt(heardEnergy * spokenEnergy + 1e-12);
  return { correlation, strangeWindows, windows: correlations.length, correlations };
}

/** The mean correlation of the `count` windows in a row that match best: what is heard where nothing held it up. */
export function bestStretch({ correlations }: Alignment, count: number): number {
  let best = -1;
  for (let at = 0; at + count <= correlations.length; at++) {
    best = Math.max(best, correlations.slice(at, at + count).reduce((sum, one) => sum + one, 0) / count);
  }
  return best;
}

/**
 * For each window of a recording, how many samples later than the earliest of them it is heard, by what it says; undefined where it says nothing
 * that is in the reference. The reference repeats every `period` samples.
 */
export function lagCurve(
  heard: Float32Array,
  reference: Float32Array,
  windowSamples: number,
  period: number,
): (number | undefined)[] {
  const lags: (number | undefined)[] = [];
  let near = 0;
  for (let at = 0; at + windowSamples <= heard.length; at += windowSamples) {
    const piece = heard.subarray(at, at + windowSamples);
    let match = alignNear(reference, piece, near, windowSamples);
    if (match.correlation < 0.6) match = align(reference, piece);
    if (match.correlation >= 0.6) {
      lags.push((((at - match.lag) % period) + period) % period);
      near = (match.lag % period) + windowSamples;
    } else {
      lags.push(undefined);
      near += windowSamples;
    }
  }
  const known = lags.filter((lag) => lag !== undefined);
  // Where the circle is cut: opposite to most of them.
  const middle = known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)] ?? 0;
  const unwrapped = lags.map((lag) =>
    lag === undefined ? undefined : ((lag - middle + period * 1.5) % period) - period / 2,
  );
  const earliest = Math.min(...unwrapped.filter((lag) => lag !== undefined));
  return unwrapped.map((lag) => (lag === undefined ? undefined : lag - earliest));
}
