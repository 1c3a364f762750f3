import { besselI0, sinPi } from "./math";

/**
 * Polyphase windowed-sinc resampler with an asynchronous ratio. Two independent instances by handle: 0 uplink, 1 downlink. The kernel is
 * tabulated when opened, one row per phase; an output sample is a dot product with the two nearest rows, interpolated linearly.
 *
 *   TABLE[h]    (phases + 1) rows × taps f32, row p = the kernel for an output p/phases of an input sample after tap taps/2 − 1
 *   HISTORY[h]  | consumed … | floor(position) … filled | free |   f32 input samples, moved down when the end is reached
 *   STATE[h]    scalars, offsets below
 *
 * Delay: half the kernel, min(44 samples of the lower rate, 2.5 ms). Rates 8,000 to 192,000 Hz. Nothing is allocated.
 */
const HISTORY_FLOATS: i32 = 8192;

/** Rows × taps is largest for 8 kHz … 192 kHz where the lower rate has 88 taps and the ratio is near 11: 24,500. */
const TABLE_STRIDE: usize = 26_624 * 4 + 64;
const HISTORY_STRIDE: usize = 8192 * 4 + 64;
export const RESAMPLER_TABLE: usize = memory.data(2 * (26_624 * 4 + 64) + 64, 64) + 64;
export const RESAMPLER_HISTORY: usize = memory.data(2 * (8192 * 4 + 64) + 64, 64) + 64;

/** Phases per sample of the lower rate: linear interpolation between them leaves images below −110 dB. */
const PHASES: i32 = 256;
const KAISER_BETA: f64 = 9.6;

const STATE_BYTES: usize = 64;
const STATE: usize = memory.data(2 * 64, 16);
const POSITION: usize = 0; // f64, input samples from the start of HISTORY to the first tap of the next output
const STEP: usize = 8; // f64, input samples per output sample, trim included
const RATIO: usize = 16; // f64, the same without trim
const FILLED: usize = 24; // i32, samples in HISTORY
const TAPS: usize = 28; // i32
const ROWS: usize = 32; // i32, phases

/** Computes the kernel and clears the history. Returns 0, or −1 for a rate that is not supported. */
export function resamplerOpen(handle: i32, fromRate: i32, toRate: i32): i32 {
  if (handle < 0 || handle > 1) return -1;
  const low = min(fromRate, toRate);
  if (low < 8000 || max(fromRate, toRate) > 192_000) return -1;
  const state = STATE + <usize>handle * STATE_BYTES;
  const table = RESAMPLER_TABLE + <usize>handle * TABLE_STRIDE;
  const scale = <f64>fromRate / <f64>low;
  const halfWidth = min<f64>(44.0, <f64>low / 400.0);
  const taps = (<i32>ceil(2.0 * halfWidth * scale) + 3) & ~3;
  const phases = <i32>ceil(<f64>PHASES / scale);
  // Equal rates: every phase-0 tap but one is zero, so that an untrimmed stream passes unchanged.
  const cutoff: f64 = fromRate == toRate ? 1.0 : halfWidth < 30.0 ? 0.955 : 0.93;
  const windowScale = 1.0 / besselI0(KAISER_BETA);
  for (let row = 0; row <= phases; row++) {
    const target = table + ((<usize>row * <usize>taps) << 2);
    const shift = <f64>(taps / 2 - 1) + <f64>row / <f64>phases;
    let sum: f64 = 0;
    for (let tap = 0; tap < taps; tap++) {
      const x = (<f64>tap - shift) / scale;
      const edge = x / halfWidth;
      let value: f64 = 0;
      if (abs(edge) < 1.0) {
        const angle = x * cutoff;
        value = abs(angle) < 1e-9 ? 1.0 : sinPi(angle) / (3.141592653589793 * angle);
        value *= besselI0(KAISER_BETA * sqrt(1.0 - edge * edge)) * windowScale;
      }
      sum += value;
      store<f32>(target + ((<usize>tap) << 2), <f32>value);
    }
    const gain = <f32>(1.0 / sum);
    for (let tap = 0; tap < taps; tap++) {
      const address = target + ((<usize>tap) << 2);
      store<f32>(address, load<f32>(address) * gain);
    }
  }
  store<f64>(state, scale == 1.0 ? <f64>fromRate / <f64>toRate : scale, RATIO);
  store<i32>(state, taps, TAPS);
  store<i32>(state, phases, ROWS);
  resamplerSetPpm(handle, 0);
  resamplerReset(handle);
  return 0;
}

/** Clears the history: the next output is centred on the next input. */
export function resamplerReset(handle: i32): void {
  const state = STATE + <usize>handle * STATE_BYTES;
  const lead = load<i32>(state, TAPS) / 2 - 1;
  memory.fill(RESAMPLER_HISTORY + <usize>handle * HISTORY_STRIDE, 0, (<usize>lead) << 2);
  store<i32>(state, lead, FILLED);
  store<f64>(state, 0, POSITION);
}

/** Trims the ratio from the next output on: positive consumes the input faster. At most ±1000 ppm; the caller slews it. */
export function resamplerSetPpm(handle: i32, ppm: f64): void {
  const state = STATE + <usize>handle * STATE_BYTES;
  const trim = min<f64>(max<f64>(ppm, -1000.0), 1000.0);
  store<f64>(state, load<f64>(state, RATIO) * (1.0 + trim * 1e-6), STEP);
}

/** Appends f32 input; returns how many samples there was room for. */
export function resamplerPush(handle: i32, source: usize, samples: i32): i32 {
  const state = STATE + <usize>handle * STATE_BYTES;
  const history = RESAMPLER_HISTORY + <usize>handle * HISTORY_STRIDE;
  let filled = load<i32>(state, FILLED);
  if (filled + samples > HISTORY_FLOATS) {
    const position = load<f64>(state, POSITION);
    const consumed = min(<i32>position, filled);
    filled -= consumed;
    memory.copy(history, history + ((<usize>consumed) << 2), (<usize>filled) << 2);
    store<f64>(state, position - <f64>consumed, POSITION);
  }
  const count = max(min(samples, HISTORY_FLOATS - filled), 0);
  memory.copy(history + ((<usize>filled) << 2), source, (<usize>count) << 2);
  store<i32>(state, filled + count, FILLED);
  return count;
}

/** Input samples still missing before `samples` outputs can be pulled. */
export function resamplerNeed(handle: i32, samples: i32): i32 {
  const state = STATE + <usize>handle * STATE_BYTES;
  const last = load<f64>(state, POSITION) + <f64>(samples - 1) * load<f64>(state, STEP);
  return max(<i32>last + load<i32>(state, TAPS) - load<i32>(state, FILLED), 0);
}

/** Writes up to `samples` f32 outputs; returns how many the input so far allows. */
export function resamplerPull(handle: i32, target: usize, samples: i32): i32 {
  const state = STATE + <usize>handle * STATE_BYTES;
  const table = RESAMPLER_TABLE + <usize>handle * TABLE_STRIDE;
  const history = RESAMPLER_HISTORY + <usize>handle * HISTORY_STRIDE;
  const filled = load<i32>(state, FILLED);
  const taps = load<i32>(state, TAPS);
  const rowBytes = (<usize>taps) << 2;
  const lastRow = load<i32>(state, ROWS) - 1;
  const phases = <f64>(lastRow + 1);
  const step = load<f64>(state, STEP);
  let position = load<f64>(state, POSITION);
  let done = 0;
  for (; done < samples; done++) {
    const base = <i32>position;
    if (base + taps > filled) break;
    const phase = (position - <f64>base) * phases;
    const row = min(<i32>phase, lastRow);
    const input = history + ((<usize>base) << 2);
    const kernel = table + <usize>row * rowBytes;
    store<f32>(target + ((<usize>done) << 2), interpolatedDot(input, kernel, rowBytes, <f32>(phase - <f64>row)));
    position += step;
  }
  store<f64>(state, position, POSITION);
  return done;
}

/** Dot product of the input with row + fraction × (next row − row). `bytes` is a multiple of 16. */
function interpolatedDot(input: usize, row: usize, bytes: usize, fraction: f32): f32 {
  let near = f32x4.splat(0);
  let far = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const samples = v128.load(input + at);
    near = f32x4.add(near, f32x4.mul(samples, v128.load(row + at)));
    far = f32x4.add(far, f32x4.mul(samples, v128.load(row + bytes + at)));
  }
  const sum = f32x4.add(near, f32x4.mul(f32x4.splat(fraction), f32x4.sub(far, near)));
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)
  );
}
