// Are one or two steady sinusoids nearly all of a signal? Then a splice would be heard: DTMF and call tones are left alone.

import { rotorNext, rotorStart } from "../conceal/series";
import { decimate, dot } from "../conceal/span";

/** The test runs at 4 kHz (telephone tones are below 2 kHz) on 30 ms; DTMF digits may be 40 ms. */
export const TONAL_RATE: i32 = 4000;
export const TONAL_MS: i32 = 30;
const WINDOW: i32 = (TONAL_MS * TONAL_RATE) / 1000;
/** Points of the transform: bins 15.625 Hz apart, 0 to 2 kHz (and three unused lanes). */
const POINTS: i32 = 256;
const BINS: i32 = POINTS / 2 + 1;
const LANES: i32 = 12;
const PADDED: i32 = BINS + LANES - 1 - ((BINS + LANES - 1) % LANES);
/** Half a Hann main lobe, and a little. */
const LOBE: i32 = 5;
/** Of the energy in two spectral peaks: still met by tones under 20 dB noise, seldom by speech (< 5 % of tries). */
const SHARE: f64 = 0.92;
/** A second peak below this share is not counted. */
const SECOND_SHARE: f64 = 0.02;
/** A lower lowest peak is a voice (first harmonics of 70-320 Hz); DTMF and call tones are above. */
const LOWEST_HZ: i32 = 320;

const thinned = memory.data(WINDOW * 4, 16);
const power = memory.data(PADDED * 4, 16);
/** 2·cos of every bin's angle. */
const doubled = memory.data(PADDED * 4, 16);
const hann = memory.data(WINDOW * 4, 16);

/** Makes the tables. */
export function tonalOpen(): void {
  rotorStart(0, 2.0 / POINTS);
  for (let k = 0; k < PADDED; k++) store<f32>(doubled + ((<usize>k) << 2), <f32>(2 * rotorNext()));
  rotorStart(0, 2.0 / (WINDOW - 1));
  for (let i = 0; i < WINDOW; i++) store<f32>(hann + ((<usize>i) << 2), <f32>(0.5 - 0.5 * rotorNext()));
}

/** Looks at the 30 ms that end at `end`; `factor` samples there are one at 4 kHz. */
export function isTonal(end: usize, factor: i32): bool {
  decimate(end, factor, WINDOW, thinned);
  let mean: f32 = 0;
  for (let i = 0; i < WINDOW; i++) mean += load<f32>(thinned + ((<usize>i) << 2));
  mean /= <f32>WINDOW;
  for (let i = 0; i < WINDOW; i++) {
    const at = (<usize>i) << 2;
    store<f32>(thinned + at, (load<f32>(thinned + at) - mean) * load<f32>(hann + at));
  }
  for (let k = 0; k < PADDED; k += LANES) goertzel((<usize>k) << 2);
  // Parseval: the energy of all bins from 0 to the middle, without adding them up.
  const edges = <f64>load<f32>(power) + load<f32>(power + ((BINS - 1) << 2));
  const total = (dot(thinned, thinned, WINDOW) * POINTS + edges) * 0.5 + 1;
  let share: f64 = 0;
  let lowest = BINS;
  for (let peaks = 0; peaks < 2; peaks++) {
    let best = 0;
    let highest: f32 = -1;
    for (let k = 0; k < BINS; k++) {
      const p = load<f32>(power + ((<usize>k) << 2));
      if (p > highest) {
        highest = p;
        best = k;
      }
    }
    let energy: f64 = 0;
    for (let k = max(0, best - LOBE); k <= min(BINS - 1, best + LOBE); k++) {
      energy += load<f32>(power + ((<usize>k) << 2));
      store<f32>(power + ((<usize>k) << 2), 0);
    }
    share += energy / total;
    if (energy / total > SECOND_SHARE) lowest = min(lowest, best);
  }
  return share > SHARE && lowest * TONAL_RATE > LOWEST_HZ * POINTS;
}

/** Power of the windowed samples in twelve neighbouring bins (Goertzel's recursion, three vectors to hide its latency). */
function goertzel(at: usize): void {
  const c0 = v128.load(doubled + at);
  const c1 = v128.load(doubled + at, 16);
  const c2 = v128.load(doubled + at, 32);
  let p0 = f32x4.splat(0);
  let p1 = p0;
  let p2 = p0;
  let q0 = p0;
  let q1 = p0;
  let q2 = p0;
  for (let x = thinned; x < thinned + (WINDOW << 2); x += 4) {
    const sample = v128.load_splat<f32>(x);
    const n0 = f32x4.add(f32x4.sub(sample, q0), f32x4.mul(c0, p0));
    const n1 = f32x4.add(f32x4.sub(sample, q1), f32x4.mul(c1, p1));
    const n2 = f32x4.add(f32x4.sub(sample, q2), f32x4.mul(c2, p2));
    q0 = p0;
    q1 = p1;
    q2 = p2;
    p0 = n0;
    p1 = n1;
    p2 = n2;
  }
  v128.store(power + at, magnitude(c0, p0, q0));
  v128.store(power + at, magnitude(c1, p1, q1), 16);
  v128.store(power + at, magnitude(c2, p2, q2), 32);
}

function magnitude(c: v128, p: v128, q: v128): v128 {
  return f32x4.sub(f32x4.add(f32x4.mul(p, p), f32x4.mul(q, q)), f32x4.mul(f32x4.mul(c, p), q));
}
