// DTMF detector for one stream (ITU-T Q.23 frequencies, Q.24 reception): f32 on the int16 scale in, any length; the
// beginning and the end of each digit out. Nothing is allocated.
//
// Goertzel filters turn every 5 ms (a hop) into eight complex amplitudes. Four hops are a window of 20 ms; each frequency's
// sums over its two halves, A and B, give the level (|A| + |B|), and by their phase the exact frequency. A window counts
// when the two strongest tones are on frequency, alike in level, and hold nearly all the energy there is: a voice never
// does for long. Three windows (30 ms) make a digit, eight without it (interruptions up to 10 ms are bridged) end it.
//
//   one hop (80 bytes, the newest four are kept)                          one event (16 bytes)
//   0 re of 8 frequencies   32 im of 8 frequencies   64 energy            0 position f64   8 code i32
import { cosPi, sinPi } from "./math";

const HOP: usize = 80;
const HOPS: i32 = 4;
const hops = memory.data(80 * 4, 16);

const EVENT: usize = 16;
export const DTMF_EVENTS: i32 = 32;
const events = memory.data(16 * 32, 8);

// Rows, then columns.
const frequencies = memory.data<f32>([697, 770, 852, 941, 1209, 1336, 1477, 1633], 16);
const digits = memory.data<u8>([49, 50, 51, 65, 52, 53, 54, 66, 55, 56, 57, 67, 42, 48, 35, 68]); // 123A 456B 789C *0#D

/** For each frequency, 32 bytes each: cos and sin of a sample's turn, cos and sin of a hop's turn. */
const turns = memory.data(32 * 4, 16);
/** |A| + |B| of each frequency. */
const levels = memory.data(32, 16);
/** A, B, and the middle two hops: re and im, 32 bytes each. */
const halves = memory.data(64 * 3, 16);
const LATE: usize = 64;
const MIDDLE: usize = 128;

/** Farther from its frequency than this share, a tone is not meant: Q.24 asks to take 1.5 % and to refuse 3.5 %. */
const DEVIATION: f32 = 0.026;
/** Twist either way, as a ratio of powers: 8 dB. */
const TWIST: f32 = 6.3;
/** Share of all energy that the two tones hold. */
const PURITY: f32 = 0.8;
/** Weakest tone, as an amplitude: −36 dBm0. */
const WEAKEST: f32 = 360;
const PI: f32 = 3.14159265;
const BEGIN_WINDOWS: i32 = 3;
const END_WINDOWS: i32 = 8;

let hopSamples: i32 = 40;
let filled: i32 = 0;
let hopCount: f64 = 0;
let newest: i32 = 0;
let candidate: i32 = 0;
let candidateWindows: i32 = 0;
let down: i32 = 0;
let missedWindows: i32 = 0;
let eventCount: i32 = 0;

// The filters of the hop in progress.
const filters = memory.data(32 * 2, 16);
let energy: f32 = 0;

export function dtmfDetectorOpen(sampleRate: i32): void {
  hopSamples = sampleRate / 200;
  for (let index: usize = 0; index < 32; index += 4) {
    const turn = (2 * <f64>load<f32>(frequencies + index)) / <f64>sampleRate;
    store<f32>(turns + index, <f32>cosPi(turn));
    store<f32>(turns + index, <f32>sinPi(turn), 32);
    store<f32>(turns + index, <f32>cosPi(turn * <f64>hopSamples), 64);
    store<f32>(turns + index, <f32>sinPi(turn * <f64>hopSamples), 96);
  }
  memory.fill(hops, 0, HOP * HOPS);
  memory.fill(filters, 0, 64);
  energy = 0;
  hopCount = 0;
  filled = newest = candidate = candidateWindows = down = missedWindows = eventCount = 0;
}

/** The digit that is being pressed, as a character code, or 0. */
export function dtmfDetectorDown(): i32 {
  return down;
}

/** Looks at n samples. Returns how many events came of them; they are kept until the next call. */
export function dtmfDetectorRun(source: usize, n: i32): i32 {
  eventCount = 0;
  while (n > 0) {
    const part = min<i32>(n, hopSamples - filled);
    filter(source, part);
    source += (<usize>part) << 2;
    n -= part;
    filled += part;
    if (filled == hopSamples) {
      filled = 0;
      endHop();
      judge(window());
    }
  }
  return eventCount;
}

/** The digit of an event of the last run: a character code when it begins, the code negated when it ends. */
export function dtmfDetectorCode(index: i32): i32 {
  return load<i32>(events + ((<usize>(index & 31)) << 4), 8);
}

/** When the tone of that event began or ended, in samples since the detector was opened, to 5 ms. */
export function dtmfDetectorAt(index: i32): f64 {
  return load<f64>(events + ((<usize>(index & 31)) << 4));
}

function filter(source: usize, n: i32): void {
  const rows = f32x4.add(v128.load(turns), v128.load(turns));
  const columns = f32x4.add(v128.load(turns, 16), v128.load(turns, 16));
  let row1 = v128.load(filters);
  let column1 = v128.load(filters, 16);
  let row2 = v128.load(filters, 32);
  let column2 = v128.load(filters, 48);
  let sum = energy;
  for (const end = source + ((<usize>n) << 2); source < end; source += 4) {
    const sample = v128.load32_splat(source);
    const row = f32x4.sub(f32x4.add(sample, f32x4.mul(rows, row1)), row2);
    const column = f32x4.sub(f32x4.add(sample, f32x4.mul(columns, column1)), column2);
    row2 = row1;
    column2 = column1;
    row1 = row;
    column1 = column;
    const value = load<f32>(source);
    sum += value * value;
  }
  energy = sum;
  v128.store(filters, row1);
  v128.store(filters, column1, 16);
  v128.store(filters, row2, 32);
  v128.store(filters, column2, 48);
}

/** Files the amplitudes of a finished hop, each turned by the same unknown but constant angle. */
function endHop(): void {
  newest = (newest + 1) & 3;
  hopCount++;
  const hop = hops + <usize>newest * HOP;
  for (let at: usize = 0; at < 32; at += 16) {
    const last = v128.load(filters + at, 32);
    v128.store(hop + at, f32x4.sub(v128.load(filters + at), f32x4.mul(last, v128.load(turns + at))));
    v128.store(hop + at, f32x4.mul(last, v128.load(turns + at, 32)), 32);
  }
  store<f32>(hop, energy, 64);
  energy = 0;
  memory.fill(filters, 0, 64);
}

/** The digit of the newest window, or 0. */
function window(): i32 {
  const first = hops + <usize>((newest + 1) & 3) * HOP;
  const second = hops + <usize>((newest + 2) & 3) * HOP;
  const third = hops + <usize>((newest + 3) & 3) * HOP;
  const fourth = hops + <usize>newest * HOP;
  const all = load<f32>(first, 64) + load<f32>(second, 64) + load<f32>(third, 64) + load<f32>(fourth, 64);
  for (let at: usize = 0; at < 32; at += 16) {
    half(first + at, second + at, at);
    half(second + at, third + at, at + MIDDLE);
    half(third + at, fourth + at, at + LATE);
    v128.store(levels + at, f32x4.add(length(halves + at), length(halves + at + LATE)));
  }
  const row = strongest(0);
  const column = strongest(16);
  const rowPower = tonePower(row);
  const columnPower = tonePower(column);
  const weakest = min<f32>(rowPower, columnPower);
  const samples = <f32>hopSamples * 4;
  // Also false where a power is NaN.
  const counts =
    weakest > WEAKEST * WEAKEST * 0.5 * samples &&
    max<f32>(rowPower, columnPower) < weakest * TWIST &&
    rowPower + columnPower > all * PURITY;
  return counts ? <i32>load<u8>(digits + row + ((column - 16) >> 2)) : 0;
}

/** The sum of two hops, the second turned back by a hop's turn, to halves + target. */
function half(early: usize, late: usize, target: usize): void {
  const at = target & 16;
  const cos = v128.load(turns + at, 64);
  const sin = v128.load(turns + at, 96);
  const re = v128.load(late);
  const im = v128.load(late, 32);
  v128.store(halves + target, f32x4.add(v128.load(early), f32x4.add(f32x4.mul(re, cos), f32x4.mul(im, sin))));
  v128.store(halves + target, f32x4.add(v128.load(early, 32), f32x4.sub(f32x4.mul(im, cos), f32x4.mul(re, sin))), 32);
}

function length(half: usize): v128 {
  const re = v128.load(half);
  const im = v128.load(half, 32);
  return f32x4.sqrt(f32x4.add(f32x4.mul(re, re), f32x4.mul(im, im)));
}

/** Offset of the highest of the four levels from `group`. */
function strongest(group: usize): usize {
  let best = group;
  for (let at = group + 4; at < group + 16; at += 4) {
    if (load<f32>(levels + at) > load<f32>(levels + best)) best = at;
  }
  return best;
}

/** The energy that the tone at offset `at` has in the window, or −1 when it is off its frequency. */
function tonePower(at: usize): f32 {
  const cos = load<f32>(turns + at, 64);
  const sin = load<f32>(turns + at, 96);
  const early = halves + at;
  const middle = early + MIDDLE;
  const late = early + LATE;
  // A and the middle are 5 ms apart: beyond 50 Hz the angle between them points backwards.
  const forward = (dot(early, middle) + dot(middle, late)) * cos + (cross(early, middle) + cross(middle, late)) * sin;
  if (!(forward > 0)) return -1;
  // A and B are 10 ms apart, twice a hop.
  const cos2 = cos * cos - sin * sin;
  const sin2 = cos * sin * 2;
  const along = dot(early, late);
  const across = cross(early, late);
  const phase = angle(along * cos2 + across * sin2, across * cos2 - along * sin2);
  if (!(abs(phase) < DEVIATION * 0.0628319 * load<f32>(frequencies + at))) return -1;
  // Off frequency, a half adds up to less: sinc²(phase / 2).
  const x = phase * phase * 0.25;
  const sinc: f32 = x * (x * <f32>(1.0 / 120.0) - <f32>(1.0 / 6.0)) + 1;
  const level = load<f32>(levels + at) / sinc;
  return (level * level) / (<f32>hopSamples * 2);
}

function dot(a: usize, b: usize): f32 {
  return load<f32>(a) * load<f32>(b) + load<f32>(a, 32) * load<f32>(b, 32);
}

function cross(a: usize, b: usize): f32 {
  return load<f32>(a) * load<f32>(b, 32) - load<f32>(a, 32) * load<f32>(b);
}

/** The angle of (x, y) in ±π, within 0.01 rad. */
function angle(x: f32, y: f32): f32 {
  const reach = sqrt<f32>(x * x + y * y) + x;
  const t = y / reach; // tan of half the angle
  const size = abs(t);
  if (size <= 1) return (t * 2) / (t * t * 0.28125 + 1);
  const rest: f32 = PI - (size * 2) / (size * size + 0.28125);
  return t < 0 ? -rest : rest;
}

/** Turns the digits of successive windows into events. */
function judge(digit: i32): void {
  candidateWindows = digit == candidate ? candidateWindows + 1 : 1;
  candidate = digit;
  const begins = digit != 0 && candidateWindows == BEGIN_WINDOWS;
  if (down != 0) {
    missedWindows = digit == down ? 0 : missedWindows + 1;
    if (missedWindows >= END_WINDOWS || (begins && digit != down)) {
      report(-down, hopCount - <f64>missedWindows);
      down = 0;
    }
  }
  if (begins && down == 0) {
    down = digit;
    missedWindows = 0;
    report(down, hopCount - <f64>(BEGIN_WINDOWS - 1 + HOPS));
  }
}

function report(code: i32, hop: f64): void {
  if (eventCount == DTMF_EVENTS) return;
  const event = events + <usize>eventCount * EVENT;
  store<f64>(event, hop * <f64>hopSamples);
  store<i32>(event, code, 8);
  eventCount++;
}
