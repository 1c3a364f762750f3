// Peak limiter without delay, f32 on the int16 scale. Transparent, bit for bit, while peaks stay below the knee; louder
// passages are turned down within a millisecond and released slowly; what is left above the knee is rounded off, so that
// no result leaves ±32767. The state is one gain, kept by the caller: any number of streams may share this code.

/** −3 dBFS: nothing below is touched. */
export const LIMITER_KNEE: f32 = 23197;
const FULL_SCALE: f32 = 32767;
const HEADROOM: f32 = FULL_SCALE - LIMITER_KNEE;
/** Share of the missing gain given back per millisecond: a time constant of 150 ms. */
const RELEASE: f32 = 1.0 / 150.0;
const UNITY: f32 = 0.9999;

/** Largest magnitude of n samples; n is a multiple of 4. NaN counts as 0. */
export function limiterPeak(at: usize, n: i32): f32 {
  let top = f32x4.splat(0);
  for (const end = at + ((<usize>n) << 2); at < end; at += 16) top = f32x4.pmax(top, f32x4.abs(v128.load(at)));
  return max<f32>(
    max<f32>(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
    max<f32>(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
  );
}

/**
 * Limits n finite samples in place and returns the gain to pass next time (1 at first). n is a multiple of 4, `stepSamples` (one
 * millisecond, about) too.
 */
export function limiterRun(at: usize, n: i32, gain: f32, stepSamples: i32): f32 {
  if (gain == 1 && limiterPeak(at, n) <= LIMITER_KNEE) return 1;
  while (n > 0) {
    const step = min<i32>(n, stepSamples);
    const peak = limiterPeak(at, step);
    const wanted: f32 = peak > FULL_SCALE ? FULL_SCALE / peak : 1;
    let next = wanted < gain ? wanted : gain + (wanted - gain) * RELEASE;
    if (next > UNITY) next = 1;
    bend(at, step, gain, next);
    gain = next;
    at += (<usize>step) << 2;
    n -= step;
  }
  return gain;
}

/** Applies a gain that glides from `from` to `to`, then the knee: above it the excess e becomes e / (1 + e / headroom). */
function bend(at: usize, n: i32, from: f32, to: f32): void {
  const slope = (to - from) / <f32>n;
  let ramp = f32x4.add(f32x4.splat(from), f32x4.mul(f32x4(1, 2, 3, 4), f32x4.splat(slope)));
  const rise = f32x4.splat(slope * 4);
  const knee = f32x4.splat(LIMITER_KNEE);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const sign = i32x4.splat(i32.MIN_VALUE);
  const perHeadroom = f32x4.splat(1.0 / HEADROOM);
  for (const end = at + ((<usize>n) << 2); at < end; at += 16) {
    const value = f32x4.mul(v128.load(at), ramp);
    const size = f32x4.abs(value);
    const excess = f32x4.pmax(zero, f32x4.sub(size, knee));
    const rounded = f32x4.div(excess, f32x4.add(one, f32x4.mul(excess, perHeadroom)));
    v128.store(at, v128.or(f32x4.add(f32x4.pmin(size, knee), rounded), v128.and(value, sign)));
    ramp = f32x4.add(ramp, rise);
  }
}

/** The limiter's step for a sample rate: a millisecond in whole vectors. */
export function limiterStep(sampleRate: i32): i32 {
  return max<i32>(4, (sampleRate / 1000) & -4);
}
