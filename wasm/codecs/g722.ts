// ITU-T G.722 at 64 kbit/s (mode 1): 16 kHz int16 audio to one octet per two samples, and back. Capitals name the
// Recommendation's sub-blocks and tables (LOWT, QUANTL, QM6 …), where a formula may be looked up. Encoder and decoder
// keep separate state, so one instance may run both directions at once. Nothing is allocated.
//
//   one band (i32 words, STRIDE bytes)                                   four of them
//   0 s   4 sz   8 nb   12 det   16 a1   20 a2   24 r1   28 p1   32 p2     encoder low, encoder high
//   36 d1…d6 (quantized differences)   60 b1…b6 (zero-section taps)        decoder low, decoder high
//
//   one QMF line (i16): the last 24 values, kept twice so that any window of 24 can be read in one piece
const STRIDE: usize = 96;
const DIFFERENCES: usize = 36;
const TAPS: usize = 60;
const bands = memory.data(96 * 4, 16);
const ENCODER: usize = 0;
const DECODER: usize = STRIDE * 2;

const LINE_BYTES: usize = 24 * 2 * 2;
const lines = memory.data(24 * 2 * 2 * 2, 16);
let encoderAt: usize = 0;
let decoderAt: usize = 0;

// The QMF coefficients, in the even and in the odd lanes (the odd ones are the even ones reversed).
const evenTaps = memory.data<i16>(
  [3, 0, -11, 0, 12, 0, 32, 0, -210, 0, 951, 0, 3876, 0, -805, 0, 362, 0, -156, 0, 53, 0, -11, 0],
  16,
);
const oddTaps = memory.data<i16>(
  [0, -11, 0, 53, 0, -156, 0, 362, 0, -805, 0, 3876, 0, 951, 0, -210, 0, 32, 0, 12, 0, -11, 0, 3],
  16,
);

// Q6: the decision levels of the lower band; the fence at the end ends the search.
const levels = memory.data<i16>([
  35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458,
  1612, 1765, 1980, 2195, 2557, 2919, 32767,
]);
// QM6 and QM4 over 8: magnitudes by falling size.
const outputs6 = memory.data<i16>([
  3101, 2738, 2376, 2088, 1873, 1689, 1535, 1399, 1279, 1170, 1072, 982, 899, 822, 750, 682, 618, 558, 501, 447, 396,
  347, 300, 254, 211, 170, 130, 91, 54, 17,
]);
const outputs4 = memory.data<i16>([2557, 1612, 1121, 786, 530, 323, 150, 0]);
// WL by RL42: the step of the logarithmic scale factor.
const steps = memory.data<i16>([3042, 1198, 538, 334, 172, 58, -30, -60]);
// ILB = 2048 · 2^(i/32), computed at reset.
const exponents = memory.data(32 * 2, 2);

function saturate(value: i32): i32 {
  return max<i32>(-32768, min<i32>(32767, value));
}

/** Prepares both directions: the Recommendation's reset state. */
export function g722Reset(): void {
  g722ResetEncoder();
  g722ResetDecoder();
}

export function g722ResetEncoder(): void {
  resetBands(bands + ENCODER);
  memory.fill(lines, 0, LINE_BYTES);
}

export function g722ResetDecoder(): void {
  resetBands(bands + DECODER);
  memory.fill(lines + LINE_BYTES, 0, LINE_BYTES);
}

function resetBands(low: usize): void {
  memory.fill(low, 0, STRIDE * 2);
  store<i32>(low, 32, 12);
  store<i32>(low + STRIDE, 8, 12);
  let value: f64 = 2048;
  for (let i: usize = 0; i < 32; i++) {
    store<i16>(exponents + (i << 1), <i16>(value + 0.5));
    value *= 1.0218971486541166; // 2^(1/32)
  }
}

/** Appends a pair to a line; the caller's position moves on. Returns the new position. */
function pushPair(line: usize, at: usize, first: i32, second: i32): usize {
  const pair = (first & 0xffff) | (second << 16);
  store<i32>(line + at, pair);
  store<i32>(line + at, pair, 48);
  return at == 44 ? 0 : at + 4;
}

/** The sum of one phase of the QMF over the 24 values at `window`, oldest first. */
function qmf(window: usize, taps: usize): i32 {
  const sum = i32x4.add(
    i32x4.add(
      i32x4.dot_i16x8_s(v128.load(window), v128.load(taps)),
      i32x4.dot_i16x8_s(v128.load(window, 16), v128.load(taps, 16)),
    ),
    i32x4.dot_i16x8_s(v128.load(window, 32), v128.load(taps, 32)),
  );
  const half = i32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 2, 3));
  return i32x4.extract_lane(half, 0) + i32x4.extract_lane(half, 1);
}

/** The magnitude of QM6 with the sign of code `low`; 0…3 are not sent by an encoder. */
function output6(low: i32): i32 {
  if (low < 4) return -17;
  const row = low < 32 ? low - 4 : low < 62 ? low - 32 : low - 34;
  const size = <i32>load<i16>(outputs6 + ((<usize>row) << 1));
  return low < 32 || low > 61 ? -size : size;
}

/** Lower band: what both sides do with a code (blocks 2L, 3L and 4L). `low` is the six-bit code. */
function adaptLow(band: usize, low: i32): void {
  const code = low >> 2; // RIL
  const step = code == 0 ? 7 : code < 8 ? code - 1 : code - 8;
  const size = <i32>load<i16>(outputs4 + ((<usize>step) << 1));
  const scale = load<i32>(band, 12);
  rescale(band, <i32>load<i16>(steps + ((<usize>step) << 1)), 18432, 8);
  predict(band, ((code < 8 ? -size : size) * scale) >> 12);
}

/** Upper band: QM2 and WH. Returns the quantized difference. */
function adaptHigh(band: usize, high: i32): i32 {
  const outer = (high & 1) == 0; // 0 and 2 are the outer intervals
  const size = outer ? 926 : 202;
  const difference = ((high < 2 ? -size : size) * load<i32>(band, 12)) >> 12;
  rescale(band, outer ? 798 : -214, 22528, 10);
  predict(band, difference);
  return difference;
}

/** LOGSCL and SCALEL (LOGSCH and SCALEH): the scale factor for the next sample. */
function rescale(band: usize, step: i32, ceiling: i32, base: i32): void {
  const nb = max<i32>(0, min<i32>(ceiling, ((load<i32>(band, 8) * 127) >> 7) + step));
  store<i32>(band, nb, 8);
  const mantissa = <i32>load<i16>(exponents + ((<usize>((nb >> 6) & 31)) << 1));
  const shift = base - (nb >> 11);
  store<i32>(band, (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2, 12);
}

/** Block 4: adapts two poles and six zeros by the signs, then predicts the next sample. */
function predict(band: usize, difference: i32): void {
  const zeros = load<i32>(band, 4);
  const partial = saturate(difference + zeros);
  const restored = saturate(difference + load<i32>(band, 0));
  const p1 = load<i32>(band, 28);
  const p2 = load<i32>(band, 32);

  // UPPOL2, UPPOL1
  let a1 = load<i32>(band, 16);
  let a2 = load<i32>(band, 20);
  const turned = (partial ^ p1) < 0;
  const lean = saturate(a1 << 2);
  a2 = ((turned ? lean : min<i32>(32767, -lean)) >> 7) + ((partial ^ p2) < 0 ? -128 : 128) + ((a2 * 32512) >> 15);
  a2 = max<i32>(-12288, min<i32>(12288, a2));
  const bound = 15360 - a2;
  a1 = ((a1 * 32640) >> 15) + (turned ? -192 : 192);
  a1 = max<i32>(-bound, min<i32>(bound, a1));
  store<i32>(band, a1, 16);
  store<i32>(band, a2, 20);

  // UPZERO, DELAYA and FILTEZ, oldest tap first
  const push = difference == 0 ? 0 : 128;
  let sum = 0;
  for (let at: usize = 20; ; at -= 4) {
    const old = load<i32>(band + at, DIFFERENCES);
    const tap = ((load<i32>(band + at, TAPS) * 32640) >> 15) + ((old ^ difference) < 0 ? -push : push);
    store<i32>(band + at, tap, TAPS);
    const next = at == 0 ? difference : load<i32>(band + at, DIFFERENCES - 4);
    store<i32>(band + at, next, DIFFERENCES);
    sum = saturate(sum + ((saturate(next << 1) * tap) >> 15));
    if (at == 0) break;
  }

  // FILTEP, PREDIC
  const poles = ((a1 * saturate(restored << 1)) >> 15) + ((a2 * saturate(load<i32>(band, 24) << 1)) >> 15);
  store<i32>(band, saturate(saturate(poles) + sum), 0);
  store<i32>(band, sum, 4);
  store<i32>(band, restored, 24);
  store<i32>(band, p1, 32);
  store<i32>(band, partial, 28);
}

/** Encodes pairs of int16 samples; a last odd sample is left to the caller. Returns the octets written (`samples` / 2). */
export function g722Encode(source: usize, samples: i32, target: usize): i32 {
  const low = bands + ENCODER;
  const high = low + STRIDE;
  const octets = samples >> 1;
  for (let i = 0; i < octets; i++) {
    encoderAt = pushPair(lines, encoderAt, <i32>load<i16>(source), <i32>load<i16>(source, 2));
    source += 4;
    const even = qmf(lines + encoderAt, evenTaps);
    const odd = qmf(lines + encoderAt, oddTaps);
    const lowSample = (even + odd) >> 14; // LOWT
    const highSample = (odd - even) >> 14; // HIGHT

    // QUANTL: the interval of the magnitude, counted from zero. An overloaded band saturates here and in QUANTH, as in the
    // encoders in use (ffmpeg), and not before, in LOWT and HIGHT: the decoder limits what it restores in either case.
    let error = saturate(lowSample - load<i32>(low));
    let size = error < 0 ? ~error : error;
    const scale = load<i32>(low, 12);
    let interval = 0;
    while (interval < 29 && size >= (<i32>load<i16>(levels + ((<usize>interval) << 1)) * scale) >> 12) interval++;
    const lowCode = error < 0 ? (interval < 2 ? 63 - interval : 33 - interval) : 61 - interval;

    // QUANTH
    error = saturate(highSample - load<i32>(high));
    size = error < 0 ? ~error : error;
    const outer = size >= (564 * load<i32>(high, 12)) >> 12;
    const highCode = (error < 0 ? 1 : 3) - (outer ? 1 : 0);

    adaptLow(low, lowCode);
    adaptHigh(high, highCode);
    store<u8>(target++, (highCode << 6) | lowCode);
  }
  return octets;
}

/** Decodes octets to twice as many int16 samples. Returns the samples written. */
export function g722Decode(source: usize, octets: i32, target: usize): i32 {
  const low = bands + DECODER;
  const high = low + STRIDE;
  const line = lines + LINE_BYTES;
  for (let i = 0; i < octets; i++) {
    const code = <i32>load<u8>(source++);
    const lowCode = code & 63;
    let lowSample = ((output6(lowCode) * load<i32>(low, 12)) >> 12) + load<i32>(low); // INVQBL, RECONS
    lowSample = max<i32>(-16384, min<i32>(16383, lowSample)); // LIMIT
    const predicted = load<i32>(high);
    adaptLow(low, lowCode);
    let highSample = adaptHigh(high, code >> 6) + predicted;
    highSample = max<i32>(-16384, min<i32>(16383, highSample));
    decoderAt = pushPair(line, decoderAt, lowSample + highSample, lowSample - highSample);
    store<i16>(target, <i16>saturate(qmf(line + decoderAt, oddTaps) >> 11));
    store<i16>(target, <i16>saturate(qmf(line + decoderAt, evenTaps) >> 11), 2);
    target += 4;
  }
  return octets << 1;
}
