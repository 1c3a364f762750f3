// Are one or two steady sinusoids nearly all of a signal? Then a splice would be heard: DTMF and call tones are left alone.

import { rotorNext, rotorStartAtZero } from "../conceal/series";
import { decimate, dot } from "../conceal/span";

/** The test runs at 4 kHz (telephone tones are below 2 kHz) on 30 ms; DTMF digits may be 40 ms. */
const TONE_RATE: i32 = 4000;
export const TONE_MS: i32 = 30;
const WINDOW: i32 = (TONE_MS * TONE_RATE) / 1000;
/** Points of the transform: bins 15.625 Hz apart, 0 to 2 kHz (and three unused lanes). */
const POINTS: i32 = 256;
const BINS: i32 = POINTS / 2 + 1;
const LANES: i32 = (BINS + 3) & ~3;
/** Half a Hann main lobe, and a little. */
const LOBE: i32 = 5;
/** Of the energy in two spectral peaks: still met by tones under 20 dB noise, seldom by speech (< 5 % of tries). */
const SHARE: f64 = 0.92;
/** A second peak below this share is not counted. */
const SECOND_SHARE: f64 = 0.02;
/** A lower lowest peak is a voice (first harmonics of 70-320 Hz); DTMF and call tones are above. */
const LOWEST_HZ: f64 = 320;

const thinned = memory.data(WINDOW * 4, 16);
const power = memory.data(LANES * 4, 16);
/** 2·cos of every bin's angle. */
const doubled = memory.data(LANES * 4, 16);
const hann = memory.data(WINDOW * 4, 16);

/** Makes the tables. */
export function toneOpen(): void {
  rotorStartAtZero((2 * Math.PI) / POINTS);
  for (let k = 0; k < LANES; k++) store<f32>(doubled + ((<usize>k) << 2), <f32>(2 * rotorNext()));
  rotorStartAtZero((2 * Math.PI) / (WINDOW - 1));
  for (let i = 0; i < WINDOW; i++) store<f32>(hann + ((<usize>i) << 2), <f32>(0.5 - 0.5 * rotorNext()));
}

/** Looks at the 30 ms that end at `end`; `factor` samples there are one at 4 kHz. */
export function toneFound(end: usize, factor: i32): bool {
  decimate(end, factor, WINDOW, thinned);
  let mean: f64 = 0;
  for (let i = 0; i < WINDOW; i++) mean += load<f32>(thinned + ((<usize>i) << 2));
  mean /= WINDOW;
  for (let i = 0; i < WINDOW; i++) {
    const at = (<usize>i) << 2;
    store<f32>(thinned + at, <f32>((load<f32>(thinned + at) - mean) * load<f32>(hann + at)));
  }
  for (let k = 0; k < LANES; k += 4) goertzel((<usize>k) << 2);
  // Parseval: the energy of all bins from 0 to the middle, without adding them up.
  const edges = <f64>load<f32>(power) + load<f32>(power + ((BINS - 1) << 2));
  const total = (dot(thinned, thinned, WINDOW) * POINTS + edges) * 0.5 + 1;
  let share: f64 = 0;
  let lowest = BINS;
  for (let peaks = 0; peaks < 2; peaks++) {
    let best = 0;
    for (let k = 1; k < BINS; k++) {
      if (load<f32>(power + ((<usize>k) << 2)) > load<f32>(power + ((<usize>best) << 2))) best = k;
    }
    let energy: f64 = 0;
    for (let k = max(0, best - LOBE); k <= min(BINS - 1, best + LOBE); k++) {
      energy += load<f32>(power + ((<usize>k) << 2));
      store<f32>(power + ((<usize>k) << 2), 0);
    }
    share += energy / total;
    if (energy / total > SECOND_SHARE) lowest = min(lowest, best);
  }
  return share > SHARE && <f64>(lowest * TONE_RATE) / POINTS > LOWEST_HZ;
}

/** Power of the windowed samples in four neighbouring bins (Goertzel's recursion). */
function goertzel(at: usize): void {
  const c = v128.load(doubled + at);
  let p = f32x4.splat(0);
  let q = f32x4.splat(0);
  for (let x = thinned; x < thinned + (WINDOW << 2); x += 4) {
    const next = f32x4.add(v128.load_splat<f32>(x), f32x4.sub(f32x4.mul(c, p), q));
    q = p;
    p = next;
  }
  const squares = f32x4.add(f32x4.mul(p, p), f32x4.mul(q, q));
  v128.store(power + at, f32x4.sub(squares, f32x4.mul(f32x4.mul(c, p), q)));
}
