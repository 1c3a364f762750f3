// Pitch: the lag at which the newest samples match earlier ones best, coarse at 8 kHz, then at the full rate, so that
// the cost grows slowly with the rate.

import { decimate, dot, normalise } from "./span";

/** 2.5 ms: 400 Hz. Lags are 2.5-15 ms (67 Hz). */
export const MIN_LAG_MS: f64 = 2.5;
export const MAX_LAG_MS: i32 = 15;
/** Template: the newest samples only (longer ones match a voice that has since moved on). */
const MATCH_MS: i32 = 7;
const COARSE_RATE: i32 = 8000;
/** 8 kHz samples that a search can touch: longest lag and template. */
const coarse = memory.data((MAX_LAG_MS + MATCH_MS + 1) * 8 * 4, 16);

/** Results of the latest search. */
export let pitchLag: i32 = 0;
export let pitchMatch: f64 = 0;

/** Searches the n samples that end at `end` (n at least 10 ms); leaves pitchLag and pitchMatch. */
export function pitchSearch(end: usize, n: i32, rate: i32): void {
  const perMs = rate / 1000;
  const factor = rate / COARSE_RATE;
  const match = MATCH_MS * perMs;
  let low = <i32>(MIN_LAG_MS * perMs);
  let high = min(MAX_LAG_MS * perMs, n - match - factor);
  if (factor > 1) {
    const count = match / factor + high / factor;
    decimate(end, factor, count, coarse);
    bestLag(coarse + ((<usize>count) << 2), match / factor, low / factor, high / factor);
    const lag = pitchLag * factor;
    low = max(low, lag - factor);
    high = min(high, lag + factor);
  }
  bestLag(end, match, low, high);
}

/** Lag in low..high with the best normalised correlation of the last n samples with those a lag earlier. */
function bestLag(end: usize, n: i32, low: i32, high: i32): void {
  const template = end - ((<usize>n) << 2);
  const energy = dot(template, template, n);
  let earlier = template - ((<usize>low) << 2);
  let earlierEnergy = dot(earlier, earlier, n);
  pitchMatch = -2;
  for (let lag = low; lag <= high; lag++) {
    const match = normalise(dot(template, earlier, n), earlierEnergy, energy, n);
    if (match > pitchMatch) {
      pitchMatch = match;
      pitchLag = lag;
    }
    const leaving = <f64>load<f32>(earlier + ((<usize>n) << 2) - 4);
    earlier -= 4;
    const entering = <f64>load<f32>(earlier);
    earlierEnergy += entering * entering - leaving * leaving;
  }
}
