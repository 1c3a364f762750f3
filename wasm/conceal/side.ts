// One side of a gap: extends the end of a signal by repeating the pitch cycles of its prediction residual, mixed with
// noise, through the synthesis filter. No fade: that is `sideRamp` and `slope`, applied by the caller.
//
// Two sides exist: PAST (the history, forwards) and FUTURE (the next packet, reversed). Scalars in `Side`, arrays behind:
//   taps f32[24] | memory f32[24]: newest outputs, oldest first | cycle f32[720 + 8]: 15 ms of residual at 48 kHz

import { lpcAnalyse, lpcOrder, lpcResidual, lpcSynthesise, MAX_ORDER } from "./lpc";
import { noiseNext } from "./noise";
import { MAX_LAG_MS, pitchLag, pitchMatch, pitchSearch } from "./pitch";
import { log } from "./series";
import { clamp, dot, normalise, rms } from "./span";

/** LPC analysis window; 20-40 ms scored alike, 30 gives stable formants for 67 Hz voices. */
const ANALYSIS_MS: i32 = 30;
/** The voicing correlation is over a longer window than the match: noise seldom matches itself. */
const VOICING_MS: i32 = 15;
/** Correlation at and below which the excitation is noise only, and at and above which it is periodic only. */
const VOICING_LOW: f64 = 0.2;
const VOICING_HIGH: f64 = 0.6;
/** Noise excitation relative to the residual's rms: -2 dB, as noise is more audible than speech. */
const NOISE_GAIN: f64 = 0.8;
/** Shortest stretch of residual whose level is taken. */
const LEVEL_MS: i32 = 10;
/** A falling level: rms of the last 10 ms against the 10 ms before, continued for 20 ms, at most 3 nepers. */
const SLOPE_MS: i32 = 10;
export const SLOPE_FOR_MS: i32 = 20;
const SLOPE_CAP: f64 = 3;

/** Fade of a loss known from one side only: none in the first lost packet, all gone after 120 ms. */
export const LOST_HOLD_MS: f64 = 20;
export const LOST_FADE_MS: f64 = 120;

const TAPS: usize = 64;
const MEMORY: usize = TAPS + MAX_ORDER * 4;
const CYCLE: usize = MEMORY + MAX_ORDER * 4;
const SIDE_BYTES = 64 + 2 * MAX_ORDER * 4 + (MAX_LAG_MS * 48 + 8) * 4;

@unmanaged
export class Side {
  order: i32;
  /** Samples. */
  lag: i32;
  /** Offset of the repeated cycles from the side's address, their length and the next one's index, in samples. */
  cycle: usize;
  cycleLength: i32;
  cycleAt: i32;
  match: f64;
  voicing: f64;
  periodicGain: f64;
  noiseGain: f64;
  /** Nepers per millisecond, never positive. */
  slope: f64;
}

export const PAST: Side = changetype<Side>(memory.data(SIDE_BYTES, 16));
export const FUTURE: Side = changetype<Side>(memory.data(SIDE_BYTES, 16));

/** Analyses the n samples at x (at least 10 ms). Repeats whole cycles of at least `repeatMs`: less buzz. */
export function sideOpen(side: Side, x: usize, n: i32, rate: i32, repeatMs: i32): void {
  const perMs = rate / 1000;
  const order = lpcOrder(rate);
  const end = x + ((<usize>n) << 2);
  const self = changetype<usize>(side);
  side.order = order;
  const analysed = min(n, ANALYSIS_MS * perMs);
  lpcAnalyse(end - ((<usize>analysed) << 2), analysed, order, rate, self + TAPS);
  pitchSearch(end, n, rate);
  const lag = pitchLag;
  side.lag = lag;
  side.match = pitchMatch;

  const window = min(VOICING_MS * perMs, n - lag);
  const newest = end - ((<usize>window) << 2);
  const earlier = newest - ((<usize>lag) << 2);
  side.voicing = normalise(
    dot(newest, earlier, window),
    dot(newest, newest, window),
    dot(earlier, earlier, window),
    window,
  );
  side.periodicGain = clamp((side.voicing - VOICING_LOW) / (VOICING_HIGH - VOICING_LOW));

  let cycles = lag;
  while (cycles < repeatMs * perMs && cycles + lag < n - order) cycles += lag;
  const span = max(cycles, LEVEL_MS * perMs);
  lpcResidual(end - ((<usize>span) << 2), span, self + TAPS, order, self + CYCLE);
  // The first `order` samples of x have no complete prediction.
  const unknown = order - (n - span);
  if (unknown > 0) memory.fill(self + CYCLE, 0, (<usize>unknown) << 2);
  side.cycle = CYCLE + ((<usize>(span - cycles)) << 2);
  side.cycleLength = cycles;
  side.cycleAt = 0;
  side.noiseGain = rms(self + CYCLE, span) * NOISE_GAIN * Math.sqrt(1 - side.periodicGain * side.periodicGain);
  // Real samples: the first new one follows on smoothly.
  memory.copy(self + MEMORY, end - ((<usize>order) << 2), (<usize>order) << 2);

  const half = min(SLOPE_MS * perMs, n >> 1);
  const last = end - ((<usize>half) << 2);
  const fall = log((rms(last, half) + 1) / (rms(last - ((<usize>half) << 2), half) + 1)) / SLOPE_MS;
  side.slope = Math.max(-SLOPE_CAP / SLOPE_FOR_MS, Math.min(0, fall));
}

/** Writes the next n samples of the extension. `out` has room for n rounded up to 4, and MAX_ORDER samples before it. */
export function sideExtend(side: Side, out: usize, n: i32): void {
  const self = changetype<usize>(side);
  const order = (<usize>side.order) << 2;
  const cycle = self + side.cycle;
  const length = side.cycleLength;
  const gain = side.periodicGain;
  const noise = side.noiseGain;
  let at = side.cycleAt;
  memory.copy(out - order, self + MEMORY, order);
  for (let i = 0; i < n; i++) {
    let e = <f64>load<f32>(cycle + ((<usize>at) << 2)) * gain;
    if (gain < 1) e += noiseNext() * noise;
    store<f32>(out + ((<usize>i) << 2), <f32>e);
    if (++at == length) at = 0;
  }
  side.cycleAt = at;
  lpcSynthesise(out, n, self + TAPS, side.order);
  memory.copy(self + MEMORY, out + ((<usize>n) << 2) - order, order);
}
