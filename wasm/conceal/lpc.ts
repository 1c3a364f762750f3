// Linear prediction: autocorrelation method, Levinson-Durbin recursion, and the two filters that come of it.
//
// Coefficients are f32, a[0] = 1 left out: a[1]..a[order] lie at `taps`, `order` a multiple of 4 and at least 8.

import { exp, rotorNext, rotorStart } from "./series";
import { dot } from "./span";

export const MAX_ORDER = 24;
/** 30 ms of 48 kHz. */
const MAX_WINDOW = 1440;
/** The window peaks late, so that the newest samples rule, but not at the very end. */
const RISE_SHARE: f64 = 0.85;
/** White-noise correction (-40 dB): conditions the recursion, keeps the taps small. */
const WHITE_FLOOR: f64 = 1e-4;
/** Gaussian lag window: widens formant peaks so that the synthesis filter cannot ring. */
const LAG_WINDOW_HZ: f64 = 40;

const windowed = memory.data(MAX_WINDOW * 4, 16);
const correlation = memory.data((MAX_ORDER + 1) * 8, 16);
const predictor = memory.data((MAX_ORDER + 1) * 8, 16);

/** Prediction order for a sample rate. */
export function lpcOrder(rate: i32): i32 {
  return rate <= 8000 ? 12 : rate <= 16000 ? 20 : 24;
}

/** Analyses n samples (at most 30 ms) and writes `order` taps. Always a stable synthesis filter. */
export function lpcAnalyse(x: usize, n: i32, order: i32, rate: i32, taps: usize): void {
  const rise = <i32>(n * RISE_SHARE);
  rotorStart(0.5 / rise, 1.0 / rise);
  for (let i = 0; i < n; i++) {
    if (i == rise) rotorStart(0.25 / (n - rise), 0.5 / (n - rise));
    const c = rotorNext();
    const w = i < rise ? 0.5 - 0.5 * c : Math.sqrt(Math.max(0, c));
    store<f32>(windowed + ((<usize>i) << 2), <f32>(load<f32>(x + ((<usize>i) << 2)) * w));
  }
  const width = (2 * Math.PI * LAG_WINDOW_HZ) / rate;
  const ratio = exp(-0.5 * width * width);
  let lagWindow: f64 = 1;
  let step = ratio;
  for (let i = 0; i <= order; i++) {
    const r = dot(windowed, windowed + ((<usize>i) << 2), n - i);
    store<f64>(correlation + ((<usize>i) << 3), i ? r * lagWindow : r * (1 + WHITE_FLOOR) + 1);
    lagWindow *= step;
    step *= ratio * ratio;
  }
  levinson(order);
  for (let i = 0; i < order; i++)
    store<f32>(taps + ((<usize>i) << 2), <f32>load<f64>(predictor + ((<usize>i) << 3), 8));
}

function levinson(order: i32): void {
  let error = load<f64>(correlation);
  for (let i: usize = 1; i <= <usize>order; i++) {
    let sum = load<f64>(correlation + (i << 3));
    for (let j: usize = 1; j < i; j++) sum += load<f64>(predictor + (j << 3)) * load<f64>(correlation + ((i - j) << 3));
    const k = -sum / error;
    for (let j: usize = 1; j <= i >> 1; j++) {
      const low = predictor + (j << 3);
      const high = predictor + ((i - j) << 3);
      const a = load<f64>(low);
      const b = load<f64>(high);
      store<f64>(low, a + k * b);
      store<f64>(high, b + k * a);
    }
    store<f64>(predictor + (i << 3), k);
    error *= 1 - k * k;
  }
}

/** Prediction residual of n samples at x, of which `order` earlier ones are readable. `out` takes n rounded up to 8. */
export function lpcResidual(x: usize, n: i32, taps: usize, order: i32, out: usize): void {
  const end = x + ((<usize>n) << 2);
  for (; x < end; x += 32) {
    let low = v128.load(x);
    let high = v128.load(x, 16);
    let earlier = x;
    for (let tap = taps; tap < taps + ((<usize>order) << 2); tap += 4) {
      const a = v128.load_splat<f32>(tap);
      earlier -= 4;
      low = f32x4.add(low, f32x4.mul(a, v128.load(earlier)));
      high = f32x4.add(high, f32x4.mul(a, v128.load(earlier, 16)));
    }
    v128.store(out, low);
    v128.store(out, high, 16);
    out += 32;
  }
}

/**
 * All-pole filter, in place: y holds the excitation of n samples (and room for n rounded up to 4), and the `order`
 * (at least 8) newest outputs before them.
 */
export function lpcSynthesise(y: usize, n: i32, taps: usize, order: i32): void {
  const a1 = v128.load_splat<f32>(taps);
  const a2 = v128.load_splat<f32>(taps + 4);
  const a3 = v128.load_splat<f32>(taps + 8);
  const a4 = v128.load_splat<f32>(taps + 12);
  const a5 = v128.load_splat<f32>(taps + 16);
  const a6 = v128.load_splat<f32>(taps + 20);
  const a7 = v128.load_splat<f32>(taps + 24);
  const a8 = v128.load_splat<f32>(taps + 28);
  const last = taps + ((<usize>order) << 2);
  const none = f32x4.splat(0);
  // Four outputs at once: their excitation and everything older is summed first; the filter's first three echoes
  // (its impulse response) then spread each sum to the outputs after it. The newest eight outputs stay in registers,
  // as reading them back right after writing would stall.
  const echo1 = f32x4.neg(a1);
  const echo2 = f32x4.sub(f32x4.mul(a1, a1), a2);
  const echo3 = f32x4.neg(f32x4.add(a3, f32x4.add(f32x4.mul(a2, echo1), f32x4.mul(a1, echo2))));
  let before = v128.load(y - 32);
  let newest = v128.load(y - 16);
  for (const end = y + ((<usize>n) << 2); y < end; y += 16) {
    let sum = f32x4.sub(v128.load(y), f32x4.mul(a8, before));
    let other = f32x4.mul(a4, newest);
    sum = f32x4.sub(sum, f32x4.mul(a7, i32x4.shuffle(before, newest, 1, 2, 3, 4)));
    other = f32x4.add(other, f32x4.mul(a6, i32x4.shuffle(before, newest, 2, 3, 4, 5)));
    sum = f32x4.sub(sum, f32x4.mul(a5, i32x4.shuffle(before, newest, 3, 4, 5, 6)));
    other = f32x4.add(other, f32x4.mul(a3, i32x4.shuffle(newest, none, 1, 2, 3, 4)));
    sum = f32x4.sub(sum, f32x4.mul(a2, i32x4.shuffle(newest, none, 2, 3, 4, 5)));
    other = f32x4.add(other, f32x4.mul(a1, i32x4.shuffle(newest, none, 3, 4, 5, 6)));
    let earlier = y - 36;
    for (let tap = taps + 32; tap < last; tap += 8) {
      sum = f32x4.sub(sum, f32x4.mul(v128.load_splat<f32>(tap), v128.load(earlier)));
      other = f32x4.add(other, f32x4.mul(v128.load_splat<f32>(tap, 4), v128.load(earlier - 4)));
      earlier -= 8;
    }
    sum = f32x4.sub(sum, other);
    const first = f32x4.add(sum, f32x4.mul(echo1, i32x4.shuffle(none, sum, 0, 4, 5, 6)));
    const second = f32x4.mul(echo2, i32x4.shuffle(none, sum, 0, 1, 4, 5));
    const third = f32x4.mul(echo3, i32x4.shuffle(none, sum, 0, 1, 2, 4));
    before = newest;
    newest = f32x4.add(first, f32x4.add(second, third));
    v128.store(y, newest);
  }
}
