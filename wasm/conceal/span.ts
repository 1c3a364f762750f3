// Arithmetic on spans of f32 samples. Pointers need no alignment; nothing is written unless the name says so.

/** Sum of a[i]·b[i]. Eight f32 lanes, added up in f64: relative error about 1e-6 of the energy. */
export function dot(a: usize, b: usize, n: i32): f64 {
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  const end = a + ((<usize>n) << 2);
  const wide = a + ((<usize>(n & ~7)) << 2);
  while (a < wide) {
    even = f32x4.add(even, f32x4.mul(v128.load(a), v128.load(b)));
    odd = f32x4.add(odd, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    a += 32;
    b += 32;
  }
  even = f32x4.add(even, odd);
  let sum: f64 = <f64>f32x4.extract_lane(even, 0) + f32x4.extract_lane(even, 1);
  sum += <f64>f32x4.extract_lane(even, 2) + f32x4.extract_lane(even, 3);
  while (a < end) {
    sum += <f64>load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}

/** Root of the mean square. */
export function rms(x: usize, n: i32): f64 {
  return Math.sqrt(dot(x, x, n) / n);
}

/** Multiplies n samples at a, rounded up to 4, by those at b. */
export function multiply(a: usize, b: usize, n: i32): void {
  for (let i: usize = 0; i < (<usize>n) << 2; i += 16) v128.store(a + i, f32x4.mul(v128.load(a + i), v128.load(b + i)));
}

/** Limits to 0…1. */
export function clamp(x: f64): f64 {
  return Math.min(1, Math.max(0, x));
}

/** The energies of a correlation are raised by this rms (-50 dBFS): below it a correlation means nothing. */
const CORRELATION_FLOOR: f64 = 100;

/** Normalised correlation of two spans of n samples (n may be an effective, fractional length). */
export function normalise(product: f64, energyA: f64, energyB: f64, n: f64): f64 {
  const floor = CORRELATION_FLOOR * CORRELATION_FLOOR * n;
  return product / Math.sqrt((energyA + floor) * (energyB + floor));
}

/** Writes to `out` the means of `count` groups of `factor` neighbours; the last group ends at `end`. */
export function decimate(end: usize, factor: i32, count: i32, out: usize): void {
  let x = end - ((<usize>(count * factor)) << 2);
  const scale: f64 = 1.0 / factor;
  for (let i = 0; i < count; i++) {
    let sum: f64 = 0;
    for (let k = 0; k < factor; k++) {
      sum += load<f32>(x);
      x += 4;
    }
    store<f32>(out + ((<usize>i) << 2), <f32>(sum * scale));
  }
}

/** Makes n samples in place what int16 would hold (nearest, saturated), still f32; what is not a number becomes 0. */
export function roundSamples(x: usize, n: i32): void {
  const end = x + ((<usize>n) << 2);
  for (; x + 16 <= end; x += 16) {
    const v = v128.load(x);
    v128.store(x, roundLanes(v128.and(v, f32x4.eq(v, v))));
  }
  for (; x < end; x += 4) {
    const v = load<f32>(x);
    store<f32>(x, f32x4.extract_lane(roundLanes(f32x4.splat(v == v ? v : 0)), 0));
  }
}

function roundLanes(v: v128): v128 {
  return f32x4.min(f32x4.splat(32767), f32x4.max(f32x4.splat(-32768), f32x4.nearest(v)));
}
