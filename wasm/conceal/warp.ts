// Reading a signal at a slightly different pace: four-point interpolation (Catmull-Rom), four samples at a time.

/** Positions in SIMD lanes have this many fractional bits; between groups of four they are kept to 32. */
const FRACTION_BITS: i32 = 18;

/**
 * Writes n values (room for n rounded up to 4) of x at the positions from, from + step, … in samples, below 8192 in size.
 * One sample before and two after every position are readable, also for the values past n.
 */
export function warpRead(x: usize, from: f64, step: f64, n: i32, out: usize): void {
  const scale = <f64>(1 << FRACTION_BITS);
  const lanes = i32x4.trunc_sat_f32x4_s(f32x4.mul(f32x4.splat(<f32>(step * scale)), f32x4(0, 1, 2, 3)));
  for (let i = 0; i < n; i += 4) {
    const position = i32x4.add(i32x4.splat(<i32>Math.floor((from + i * step) * scale + 0.5)), lanes);
    const index = i32x4.shl(i32x4.shr_s(position, FRACTION_BITS), 2);
    const u = f32x4.mul(
      f32x4.convert_i32x4_s(v128.and(position, i32x4.splat((1 << FRACTION_BITS) - 1))),
      f32x4.splat(<f32>(1.0 / scale)),
    );
    // The four neighbours of each position, then transposed: p, q, r, s hold the same neighbour of all four.
    const a = v128.load(x + <isize>i32x4.extract_lane(index, 0) - 4);
    const b = v128.load(x + <isize>i32x4.extract_lane(index, 1) - 4);
    const c = v128.load(x + <isize>i32x4.extract_lane(index, 2) - 4);
    const d = v128.load(x + <isize>i32x4.extract_lane(index, 3) - 4);
    const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7);
    const p = i32x4.shuffle(ab, cd, 0, 1, 4, 5);
    const q = i32x4.shuffle(ab, cd, 2, 3, 6, 7);
    const r = i32x4.shuffle(abHigh, cdHigh, 0, 1, 4, 5);
    const s = i32x4.shuffle(abHigh, cdHigh, 2, 3, 6, 7);
    // q + u/2·(r − p + u·(2p − 5q + 4r − s + u·(3(q − r) + s − p)))
    const cube = f32x4.add(f32x4.mul(f32x4.splat(3), f32x4.sub(q, r)), f32x4.sub(s, p));
    const square = f32x4.sub(
      f32x4.add(f32x4.mul(f32x4.splat(2), p), f32x4.mul(f32x4.splat(4), r)),
      f32x4.add(f32x4.mul(f32x4.splat(5), q), s),
    );
    const inner = f32x4.add(square, f32x4.mul(u, cube));
    const slope = f32x4.add(f32x4.sub(r, p), f32x4.mul(u, inner));
    v128.store(out + ((<usize>i) << 2), f32x4.add(q, f32x4.mul(f32x4.mul(u, f32x4.splat(0.5)), slope)));
  }
}
