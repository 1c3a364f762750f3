import { KERNEL_LONG, KERNEL_NYQUIST, KERNEL_SHORT, kernelAt, kernelHalf } from "./resampler-kernel";

/**
 * Polyphase low-pass resampler with an asynchronous ratio. Two independent instances by handle: 0 uplink, 1 downlink. The kernel is
 * tabulated when opened, one row per phase; an output sample is a dot product with the two nearest rows, interpolated linearly.
 *
 *   TABLE[h]    (phases + 1) rows × taps f32, row p = the kernel for an output p/phases of an input sample after tap LEAD
 *   HISTORY[h]  | consumed … | floor(position) … filled | free |   f32 input samples, moved down when the end is reached
 *   STATE[h]    scalars, offsets below
 *
 * Delay: half the kernel, 20 samples of the lower rate below 12 kHz, else 40: at most 2.5 ms. Rates 8,000 to 192,000 Hz.
 */
const HISTORY_FLOATS: i32 = 8192;

/** Rows × taps is largest where the long kernel meets the largest ratio, 16: (80 · 16 + 8) × (384 / 16 + 2). */
const TABLE_STRIDE: usize = 33_792 * 4 + 64;
const HISTORY_STRIDE: usize = 8192 * 4 + 64;
export const RESAMPLER_TABLE: usize = memory.data(2 * (33_792 * 4 + 64) + 64, 64) + 64;
export const RESAMPLER_HISTORY: usize = memory.data(2 * (8192 * 4 + 64) + 64, 64) + 64;

/**
 * Phases per sample of the lower rate. Linear interpolation between them leaves images below −115 dB, and hardly any where the ratio divides it:
 * 8, 16 and 24 kHz to 24 and 48 kHz.
 */
const PHASES: i32 = 384;

const STATE_BYTES: usize = 64;
const STATE: usize = memory.data(2 * 64, 16);
const POSITION: usize = 0; // i64, input samples from the start of HISTORY to the first tap of the next output, 32 fractional bits
const STEP: usize = 8; // i64, input samples per output sample, trim included, 32 fractional bits
const RATIO: usize = 16; // f64, the same without trim
const FILLED: usize = 24; // i32, samples in HISTORY
const TAPS: usize = 28; // i32
const ROWS: usize = 32; // i32, phases
const LEAD: usize = 36; // i32, taps before the one that an output on phase 0 is centred on

/** Computes the kernel and clears the history. Returns 0, or −1 for a rate that is not supported. */
export function resamplerOpen(handle: i32, fromRate: i32, toRate: i32): i32 {
  if (handle < 0 || handle > 1) return -1;
  const low = min(fromRate, toRate);
  if (low < 8000 || max(fromRate, toRate) > 192_000) return -1;
  const state = STATE + <usize>handle * STATE_BYTES;
  const table = RESAMPLER_TABLE + <usize>handle * TABLE_STRIDE;
  const scale = <f64>fromRate / <f64>low;
  const kernel = fromRate == toRate ? KERNEL_NYQUIST : low < 12_000 ? KERNEL_SHORT : KERNEL_LONG;
  const width = <f64>kernelHalf(kernel) * scale;
  const taps = (<i32>ceil(2.0 * width) + 7) & ~7;
  // What rounding adds lies in the past, where it costs no delay.
  const lead = taps - 1 - <i32>ceil(width);
  const phases = <i32>ceil(<f64>PHASES / scale);
  memory.fill(table, 0, (<usize>((phases + 1) * taps)) << 2);
  for (let row = 0; row <= phases >> 1; row++) {
    for (let tap = 0; tap < taps; tap++) {
      const t = <f64>(tap - lead) - <f64>row / <f64>phases;
      const value = <f32>(kernelAt(kernel, t / scale) / scale);
      store<f32>(table + ((<usize>(row * taps + tap)) << 2), value);
      // The kernel is even: −t is on the opposite row.
      const mirror = 2 * lead + 1 - tap;
      if (mirror >= 0 && mirror < taps) store<f32>(table + ((<usize>((phases - row) * taps + mirror)) << 2), value);
    }
  }
  store<f64>(state, <f64>fromRate / <f64>toRate, RATIO);
  store<i32>(state, taps, TAPS);
  store<i32>(state, phases, ROWS);
  store<i32>(state, lead, LEAD);
  resamplerSetPpm(handle, 0);
  resamplerReset(handle);
  return 0;
}

/** Clears the history: the next output is centred on the next input. */
export function resamplerReset(handle: i32): void {
  const state = STATE + <usize>handle * STATE_BYTES;
  const lead = load<i32>(state, LEAD);
  memory.fill(RESAMPLER_HISTORY + <usize>handle * HISTORY_STRIDE, 0, (<usize>lead) << 2);
  store<i32>(state, lead, FILLED);
  store<i64>(state, 0, POSITION);
}

/** Trims the ratio from the next output on: positive consumes the input faster. At most ±1000 ppm; the caller slews it. */
export function resamplerSetPpm(handle: i32, ppm: f64): void {
  const state = STATE + <usize>handle * STATE_BYTES;
  const trim = min<f64>(max<f64>(ppm, -1000.0), 1000.0);
  store<i64>(state, <i64>nearest<f64>(load<f64>(state, RATIO) * (1.0 + trim * 1e-6) * 4294967296.0), STEP);
}

/** Appends f32 input; returns how many samples there was room for. */
export function resamplerPush(handle: i32, source: usize, samples: i32): i32 {
  const state = STATE + <usize>handle * STATE_BYTES;
  const history = RESAMPLER_HISTORY + <usize>handle * HISTORY_STRIDE;
  let filled = load<i32>(state, FILLED);
  if (filled + samples > HISTORY_FLOATS) {
    const position = load<i64>(state, POSITION);
    const consumed = min(<i32>(position >> 32), filled);
    filled -= consumed;
    memory.copy(history, history + ((<usize>consumed) << 2), (<usize>filled) << 2);
    store<i64>(state, position - ((<i64>consumed) << 32), POSITION);
  }
  const count = max(min(samples, HISTORY_FLOATS - filled), 0);
  memory.copy(history + ((<usize>filled) << 2), source, (<usize>count) << 2);
  store<i32>(state, filled + count, FILLED);
  return count;
}

/** Input samples still missing before `samples` outputs can be pulled. */
export function resamplerNeed(handle: i32, samples: i32): i32 {
  const state = STATE + <usize>handle * STATE_BYTES;
  const last = load<i64>(state, POSITION) + <i64>(samples - 1) * load<i64>(state, STEP);
  return max(<i32>(last >> 32) + load<i32>(state, TAPS) - load<i32>(state, FILLED), 0);
}

/** Writes up to `samples` f32 outputs; returns how many the input so far allows. */
export function resamplerPull(handle: i32, target: usize, samples: i32): i32 {
  const state = STATE + <usize>handle * STATE_BYTES;
  const table = RESAMPLER_TABLE + <usize>handle * TABLE_STRIDE;
  const history = RESAMPLER_HISTORY + <usize>handle * HISTORY_STRIDE;
  const filled = load<i32>(state, FILLED);
  const taps = load<i32>(state, TAPS);
  const rowBytes = (<usize>taps) << 2;
  const phases = <i64>load<i32>(state, ROWS);
  const step = load<i64>(state, STEP);
  let position = load<i64>(state, POSITION);
  let done = 0;
  for (; done < samples; done++) {
    const base = <i32>(position >> 32);
    if (base + taps > filled) break;
    const phase = (position & 0xffffffff) * phases;
    const kernel = table + <usize>(phase >> 32) * rowBytes;
    const fraction = <f32>(<i32>(<u32>phase >> 8)) * (1.0 / 16777216.0);
    const value = interpolatedDot(history + ((<usize>base) << 2), kernel, rowBytes, fraction);
    store<f32>(target + ((<usize>done) << 2), value);
    position += step;
  }
  store<i64>(state, position, POSITION);
  return done;
}

/** Dot product of the input with row + fraction × (next row − row). `bytes`, of a row, is a multiple of 32. */
function interpolatedDot(input: usize, row: usize, bytes: usize, fraction: f32): f32 {
  let near = f32x4.splat(0);
  let far = f32x4.splat(0);
  let nearOdd = f32x4.splat(0);
  let farOdd = f32x4.splat(0);
  for (const end = row + bytes; row < end; row += 32, input += 32) {
    const samples = v128.load(input);
    near = f32x4.add(near, f32x4.mul(samples, v128.load(row)));
    far = f32x4.add(far, f32x4.mul(samples, v128.load(row + bytes)));
    const samplesOdd = v128.load(input, 16);
    nearOdd = f32x4.add(nearOdd, f32x4.mul(samplesOdd, v128.load(row, 16)));
    farOdd = f32x4.add(farOdd, f32x4.mul(samplesOdd, v128.load(row + bytes, 16)));
  }
  near = f32x4.add(near, nearOdd);
  far = f32x4.add(far, farOdd);
  const sum = f32x4.add(near, f32x4.mul(f32x4.splat(fraction), f32x4.sub(far, near)));
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)
  );
}
