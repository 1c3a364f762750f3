// A gain that glides over a frame, for f32 samples on the int16 scale.

/** Samples beyond this (+12 dBFS) are cut, so that sums and squares stay finite whatever comes in. */
const LARGEST: f32 = 131072;

/**
 * Multiplies n samples (a multiple of 4) in place by a gain that goes from `from` to `to` in equal steps. NaN becomes 0. Returns the mean
 * square of the result.
 */
export function gainGlide(at: usize, n: i32, from: f32, to: f32): f32 {
  const slope = (to - from) / <f32>n;
  let ramp = f32x4.add(f32x4.splat(from), f32x4.mul(f32x4(1, 2, 3, 4), f32x4.splat(slope)));
  const rise = f32x4.splat(slope * 4);
  const largest = f32x4.splat(LARGEST);
  const smallest = f32x4.splat(-LARGEST);
  let squares = f32x4.splat(0);
  for (const end = at + ((<usize>n) << 2); at < end; at += 16) {
    let value = v128.load(at);
    value = v128.and(value, f32x4.eq(value, value));
    value = f32x4.mul(f32x4.pmin(f32x4.pmax(value, smallest), largest), ramp);
    v128.store(at, value);
    squares = f32x4.add(squares, f32x4.mul(value, value));
    ramp = f32x4.add(ramp, rise);
  }
  const sum = f32x4.extract_lane(squares, 0) + f32x4.extract_lane(squares, 1);
  return (sum + f32x4.extract_lane(squares, 2) + f32x4.extract_lane(squares, 3)) / <f32>n;
}
