export interface ToneFit {
  /** Amplitude of the tone. */
  readonly amplitude: number;
  /** Phase at the first sample, radians; a sine starts at 0. */
  readonly phase: number;
  /** RMS of everything else. */
  readonly residualRms: number;
}

/** Least-squares fit of one sine of known frequency (cycles a sample). */
export function fitTone(signal: Float32Array, frequency: number): ToneFit {
  let ss = 0;
  let sc = 0;
  let cc = 0;
  let ys = 0;
  let yc = 0;
  for (let i = 0; i < signal.length; i++) {
    const s = Math.sin(2 * Math.PI * frequency * i);
    const c = Math.cos(2 * Math.PI * frequency * i);
    ss += s * s;
    sc += s * c;
    cc += c * c;
    ys += s * signal[i]!;
    yc += c * signal[i]!;
  }
  const determinant = ss * cc - sc * sc;
  const a = (ys * cc - yc * sc) / determinant;
  const b = (yc * ss - ys * sc) / determinant;
  let energy = 0;
  for (let i = 0; i < signal.length; i++) {
    const angle = 2 * Math.PI * frequency * i;
    energy += (signal[i]! - a * Math.sin(angle) - b * Math.cos(angle)) ** 2;
  }
  return { amplitude: Math.hypot(a, b), phase: Math.atan2(b, a), residualRms: Math.sqrt(energy / signal.length) };
}

export const decibels = (ratio: number): number => 20 * Math.log10(Math.max(ratio, 1e-12));

export function rms(signal: Float32Array): number {
  return Math.sqrt(signal.reduce((sum, value) => sum + value * value, 0) / signal.length);
}
