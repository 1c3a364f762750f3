// Automatic gain control for one stream: brings the level of active speech to a target, slowly, and leaves pauses alone;
// the limiter catches what comes out too loud. f32 on the int16 scale. Nothing is allocated.
import { gainGlide } from "./gain";
import { limiterRun, limiterStep } from "./limiter";

/** The level of active speech is a mean over this long. */
const MEMORY_MS: f32 = 400;
/** Fastest change of the gain: +6 dB/s, −20 dB/s. */
const RISE_PER_MS: f32 = 1.000691;
const FALL_PER_MS: f32 = 0.9977;
/** Speech more than 20 dB below its own mean (the end of a word, a breath) does not count, */
const RELATIVE_GATE: f32 = 0.01;
/** unless it lasts: the mean then falls with this time constant (a quieter talker took over). */
const FORGET_MS: f32 = 1000;
/** Room for speech that is too loud: −18 dB. */
const SMALLEST_GAIN: f32 = 0.125;

let rate: i32 = 8000;
let target: f32 = 0;
let ceiling: f32 = 1;
let gain: f32 = 1;
let limiterGain: f32 = 1;
let power: f32 = 0;
let heardMs: f32 = 0;

/** `targetRms` on the int16 scale (3277 is −20 dBFS); `largestGain` as a factor (1 never amplifies). */
export function agcOpen(sampleRate: i32, targetRms: f32, largestGain: f32): void {
  rate = sampleRate;
  target = targetRms;
  ceiling = max<f32>(SMALLEST_GAIN, largestGain);
  gain = 1;
  limiterGain = 1;
  power = 0;
  heardMs = 0;
}

/** The gain reached, as a factor, without the limiter. */
export function agcGain(): f32 {
  return gain;
}

/**
 * Adjusts n samples in place; n is a multiple of 4, 10 or 20 ms. `speech` is the voice activity of this frame: without it the gain stays. NaN
 * becomes silence.
 */
export function agcRun(at: usize, n: i32, speech: i32): void {
  const frameMs = (<f32>n * 1000) / <f32>rate;
  const from = gain;
  const square = gainGlide(at, n, 1, 1);
  if (!speech) {
    // a pause teaches nothing
  } else if (square <= power * RELATIVE_GATE) {
    power -= (power * frameMs) / FORGET_MS;
  } else {
    heardMs = min<f32>(heardMs + frameMs, MEMORY_MS);
    power += ((square - power) * frameMs) / heardMs;
    const wanted = max<f32>(SMALLEST_GAIN, min<f32>(ceiling, target / sqrt<f32>(power)));
    const rise: f32 = 1 + (RISE_PER_MS - 1) * frameMs;
    const fall: f32 = 1 + (FALL_PER_MS - 1) * frameMs;
    gain = max<f32>(gain * fall, min<f32>(gain * rise, wanted));
  }
  if (from != 1 || gain != 1) gainGlide(at, n, from, gain);
  limiterGain = limiterRun(at, n, limiterGain, limiterStep(rate));
}
