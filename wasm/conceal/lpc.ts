// Linear prediction: autocorrelation method, Levinson-Durbin recursion, and the two filters that come of it.
//
// Coefficients are f32, a[0] = 1 left out: a[1]..a[order] lie at `taps`, `order` a multiple of 4.

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

/** Prediction residual of n samples at x, of which `order` earlier ones are readable. `out` takes n rounded up to 4. */
export function lpcResidual(x: usize, n: i32, taps: usize, order: i32, out: usize): void {
  for (let i = 0; i < n; i += 4) {
    const at = x + ((<usize>i) << 2);
    let sum = v128.load(at);
    for (let j: usize = 1; j <= <usize>order; j++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(taps + (j << 2) - 4), v128.load(at - (j << 2))));
    }
    v128.store(out + ((<usize>i) << 2), sum);
  }
}

/**
 * All-pole filter, in place: y holds the excitation of n samples (and room for n rounded up to 4), and the `order`
 * newest outputs before them.
 */
export function lpcSynthesise(y: usize, n: i32, taps: usize, order: i32): void {
  const a1 = load<f32>(taps);
  const a2 = load<f32>(taps, 4);
  const a3 = load<f32>(taps, 8);
  let p = load<f32>(y - 4);
  let q = load<f32>(y - 8);
  let r = load<f32>(y - 12);
  const end = y + ((<usize>n) << 2);
  while (y < end) {
    // Four outputs at once: what lies at least four samples back as vectors, the last three one after the other.
    let sum = v128.load(y);
    for (let j: usize = 4; j <= <usize>order; j++) {
      sum = f32x4.sub(sum, f32x4.mul(v128.load_splat<f32>(taps + (j << 2) - 4), v128.load(y - (j << 2))));
    }
    const o = f32x4.extract_lane(sum, 0) - a3 * r - a2 * q - a1 * p;
    const s = f32x4.extract_lane(sum, 1) - a3 * q - a2 * p - a1 * o;
    const t = f32x4.extract_lane(sum, 2) - a3 * p - a2 * o - a1 * s;
    const u = f32x4.extract_lane(sum, 3) - a3 * o - a2 * s - a1 * t;
    store<f32>(y, o);
    store<f32>(y, s, 4);
    store<f32>(y, t, 8);
    store<f32>(y, u, 12);
    p = u;
    q = t;
    r = s;
    y += 16;
  }
}
