// Noise that is the same on every machine: a 32-bit linear congruential generator, uniform, unit rms.

let state: u32 = 1;

export function noiseReset(): void {
  state = 1;
}

/** The next value, within ±√3. */
export function noiseNext(): f64 {
  state = state * 1664525 + 1013904223;
  return (<f64>state / 2147483648.0 - 1.0) * 1.7320508;
}
