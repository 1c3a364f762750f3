// Voice activity detector for one stream: four band-pass filters, the noise floor of each by minimum statistics, a
// decision every 10 ms with hangover. f32 on the int16 scale in; frames of any length. Nothing is allocated.
//
//   state (v128, one lane a band)
//   0 b0   16 a1   32 a2      the filters (b1 = 0, b2 = −b0)
//   48 s1   64 s2             their memory (transposed direct form II)
//   80 sum of squares of this frame   96 power of the last frame   112 smoothed power
//   128 lowest smoothed power of the running window   144…192 of the four windows before
import { cosPi, sinPi } from "./math";

const state = memory.data(13 * 16, 16);
const SQUARES: usize = 80;
const LAST: usize = 96;
const SMOOTHED: usize = 112;
const LOWEST: usize = 128;
const WINDOWS: i32 = 4;
/** 400 ms: with four of them the floor looks back 1.6 to 2 s, longer than speech goes without a dip in any band. */
const WINDOW_FRAMES: i32 = 40;
const SMOOTHING: f32 = 0.2;
/** Until 0.8 s were heard, louder bands than this (rms) are taken for speech rather than for the background. */
const FIRST_FLOOR: f32 = 50;
/** Floors below this (rms) are not told apart: it is the noise of 8-bit codecs. */
const LEAST_FLOOR: f32 = 4;
/** Frames below this (rms, all bands) are digital silence: never speech, and no background to learn from. */
const SILENCE: f32 = 2;
/** Weighted sum over the bands of the power over the floor in octaves; noise alone stays below with a chance of about 1 in 10⁴. */
const THRESHOLD: f32 = 1.8;
/** Frames above the threshold in a row that make an onset. */
const ONSET_FRAMES: i32 = 2;

let perFrame: i32 = 80;
let filled: i32 = 0;
let windowFrames: i32 = 0;
let started = false;
let aboveFrames: i32 = 0;
let hangoverFrames: i32 = 30;
let heldFrames: i32 = 0;

/** `hangoverMs`: how long activity lasts beyond the last frame that sounds like speech. */
export function vadOpen(sampleRate: i32, hangoverMs: i32): void {
  perFrame = sampleRate / 100;
  hangoverFrames = max<i32>(1, hangoverMs / 10);
  filled = windowFrames = aboveFrames = heldFrames = 0;
  started = false;
  memory.fill(state, 0, 13 * 16);
  band(0, sampleRate, 300, 1.0);
  band(1, sampleRate, 800, 1.2);
  band(2, sampleRate, sampleRate < 16000 ? 1600 : 2200, 1.3);
  band(3, sampleRate, sampleRate < 16000 ? 2800 : 5000, 1.6);
  v128.store(state, f32x4.splat(f32.MAX_VALUE), LOWEST);
  for (let at: usize = 16; at <= 64; at += 16) {
    v128.store(state + at, f32x4.splat(at <= 32 ? f32.MAX_VALUE : FIRST_FLOOR * FIRST_FLOOR), LOWEST);
  }
}

/** A band-pass of the second order with gain 1 at `centreHz`. */
function band(lane: usize, sampleRate: i32, centreHz: f64, quality: f64): void {
  const turns = (2 * centreHz) / <f64>sampleRate;
  const alpha = sinPi(turns) / (2 * quality);
  const at = state + (lane << 2);
  store<f32>(at, <f32>(alpha / (1 + alpha)));
  store<f32>(at, <f32>((-2 * cosPi(turns)) / (1 + alpha)), 16);
  store<f32>(at, <f32>((1 - alpha) / (1 + alpha)), 32);
}

/** Looks at n samples. Returns 1 while there is voice activity, else 0. */
export function vadRun(source: usize, n: i32): i32 {
  while (n > 0) {
    const part = min<i32>(n, perFrame - filled);
    filter(source, part);
    source += (<usize>part) << 2;
    n -= part;
    filled += part;
    if (filled == perFrame) {
      filled = 0;
      decide();
    }
  }
  return heldFrames > 0 ? 1 : 0;
}

function filter(source: usize, n: i32): void {
  const b0 = v128.load(state);
  const a1 = v128.load(state, 16);
  const a2 = v128.load(state, 32);
  let s1 = v128.load(state, 48);
  let s2 = v128.load(state, 64);
  let squares = v128.load(state, SQUARES);
  for (const end = source + ((<usize>n) << 2); source < end; source += 4) {
    const value = f32x4.mul(v128.load32_splat(source), b0);
    const result = f32x4.add(value, s1);
    s1 = f32x4.sub(s2, f32x4.mul(a1, result));
    s2 = f32x4.sub(f32x4.neg(value), f32x4.mul(a2, result));
    squares = f32x4.add(squares, f32x4.mul(result, result));
  }
  v128.store(state, s1, 48);
  v128.store(state, s2, 64);
  v128.store(state, squares, SQUARES);
}

function decide(): void {
  const power = f32x4.mul(v128.load(state, SQUARES), f32x4.splat(1 / <f32>perFrame));
  v128.store(state, f32x4.splat(0), SQUARES);
  const all = sum(power);
  if (!(all >= SILENCE * SILENCE && all < 1e12)) {
    // Also where NaN or infinity ends: the filters start afresh, and no denormal stays in them.
    v128.store(state, f32x4.splat(0), 48);
    v128.store(state, f32x4.splat(0), 64);
    settle(false);
    return;
  }
  let smoothed = v128.load(state, SMOOTHED);
  smoothed = started ? f32x4.add(smoothed, f32x4.mul(f32x4.sub(power, smoothed), f32x4.splat(SMOOTHING))) : power;
  const recent = started ? f32x4.mul(f32x4.add(power, v128.load(state, LAST)), f32x4.splat(0.5)) : power;
  started = true;
  v128.store(state, smoothed, SMOOTHED);
  v128.store(state, power, LAST);

  let floor = f32x4.pmin(v128.load(state, LOWEST), smoothed);
  v128.store(state, floor, LOWEST);
  for (let at: usize = 16; at <= 64; at += 16) floor = f32x4.pmin(floor, v128.load(state + at, LOWEST));
  // The minimum of a fluctuating power lies below its mean, in narrow bands most.
  floor = f32x4.pmax(f32x4.mul(floor, f32x4(1.9, 1.5, 1.3, 1.2)), f32x4.splat(LEAST_FLOOR * LEAST_FLOOR));
  settle(sum(f32x4.mul(octaves(f32x4.div(recent, floor)), f32x4(0.5, 0.8, 1, 1))) > THRESHOLD);

  if (++windowFrames < WINDOW_FRAMES) return;
  windowFrames = 0;
  memory.copy(state + LOWEST + 16, state + LOWEST, WINDOWS * 16);
  v128.store(state, f32x4.splat(f32.MAX_VALUE), LOWEST);
}

/** Onset and hangover. */
function settle(above: bool): void {
  aboveFrames = above ? aboveFrames + 1 : 0;
  if (aboveFrames >= ONSET_FRAMES || (above && heldFrames > 0)) heldFrames = hangoverFrames;
  else if (heldFrames > 0) heldFrames--;
}

/** log₂ of each lane, from the bits of the float (error ≤ 0.05), within 0…6. */
function octaves(ratio: v128): v128 {
  const bits = f32x4.mul(f32x4.convert_i32x4_s(ratio), f32x4.splat(1.0 / 8388608.0));
  return f32x4.pmin(f32x4.pmax(f32x4.sub(bits, f32x4.splat(126.957)), f32x4.splat(0)), f32x4.splat(6));
}

function sum(lanes: v128): f32 {
  const low = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1);
  return low + f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3);
}
