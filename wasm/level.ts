/** Level meter: peak and mean square of every sample shown to it since the last reset. One meter per instance. */

let peak: f32 = 0;
let sumSquares: f64 = 0;
let count: i32 = 0;

/** Looks at `samples` f32 on the ±1 scale. NaN is ignored. */
export function levelFeed(source: usize, samples: i32): void {
  let top = peak;
  let sum: f64 = 0;
  for (let i = 0; i < samples; i++) {
    const value = abs(load<f32>(source + ((<usize>i) << 2)));
    if (value > top) top = value;
    if (value < f32.MAX_VALUE) sum += <f64>value * <f64>value;
  }
  peak = top;
  sumSquares += sum;
  count += samples;
}

/** Largest magnitude since the last reset, at most 1. */
export function levelPeak(): f32 {
  return min<f32>(peak, 1);
}

/** Root mean square since the last reset, at most 1; 0 when nothing was seen. */
export function levelRms(): f32 {
  if (count == 0) return 0;
  return <f32>min<f64>(sqrt(sumSquares / <f64>count), 1);
}

export function levelReset(): void {
  peak = 0;
  sumSquares = 0;
  count = 0;
}
