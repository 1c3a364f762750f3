import type { Sound } from "./wav.ts";

/** Seeded uniform numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Windowed-sinc conversion, 64 taps at the lower rate: slow and good, for comparing in tests. */
export function resample({ samples, sampleRate }: Sound, toRate: number): Sound {
  if (sampleRate === toRate) return { samples, sampleRate };
  const ratio = sampleRate / toRate;
  const cutoff = 0.92 * Math.min(1, 1 / ratio);
  const half = Math.ceil(32 * Math.max(1, ratio));
  const out = new Float32Array(Math.floor(samples.length / ratio));
  for (let i = 0; i < out.length; i++) {
    const centre = i * ratio;
    let sum = 0;
    for (let k = Math.ceil(centre - half); k <= centre + half; k++) {
      const t = k - centre;
      const x = Math.PI * cutoff * t;
      const sinc = t === 0 ? 1 : Math.sin(x) / x;
      sum += (samples[k] ?? 0) * cutoff * sinc * (0.5 + 0.5 * Math.cos((Math.PI * t) / half));
    }
    out[i] = sum;
  }
  return { samples: out, sampleRate: toRate };
}

/** In-place radix-2 FFT; `re` and `im` have the same power-of-two length. */
export function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= n; size <<= 1) {
    const angle = (-2 * Math.PI) / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < size / 2; k++) {
        const c = Math.cos(angle * k);
        const s = Math.sin(angle * k);
        const a = start + k;
        const b = a + size / 2;
        const tr = re[b]! * c - im[b]! * s;
        const ti = re[b]! * s + im[b]! * c;
        re[b] = re[a]! - tr;
        im[b] = im[a]! - ti;
        re[a]! += tr;
        im[a]! += ti;
      }
    }
  }
}

export interface Match {
  /** Where `needle` begins in `haystack`, samples. */
  readonly lag: number;
  /** Normalised correlation there, −1 to 1. */
  readonly correlation: number;
}

/** Best alignment of `needle` within `haystack` by normalised cross-correlation. */
export function align(haystack: Float32Array, needle: Float32Array): Match {
  const size = 2 ** Math.ceil(Math.log2(haystack.length + needle.length));
  const [hr, hi, nr, ni] = [0, 0, 0, 0].map(() => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  hr.set(haystack);
  nr.set(needle);
  fft(hr, hi);
  fft(nr, ni);
  for (let i = 0; i < size; i++) {
    const re = hr[i]! * nr[i]! + hi[i]! * ni[i]!;
    const im = hi[i]! * nr[i]! - hr[i]! * ni[i]!;
    hr[i] = re;
    hi[i] = -im; // conjugate: the forward transform then inverts
  }
  fft(hr, hi);
  const energy = new Float64Array(haystack.length + 1);
  for (let i = 0; i < haystack.length; i++) energy[i + 1] = energy[i]! + haystack[i]! ** 2;
  const needleEnergy = needle.reduce((sum, x) => sum + x * x, 0);
  let best: Match = { lag: 0, correlation: -1 };
  for (let lag = 0; lag + needle.length <= haystack.length; lag++) {
    const e = energy[lag + needle.length]! - energy[lag]!;
    const correlation = hr[lag]! / size / Math.sqrt(e * needleEnergy + 1e-12);
    if (correlation > best.correlation) best = { lag, correlation };
  }
  return best;
}

/** Like `align`, looking only `radius` samples around `expected`. */
export function alignNear(haystack: Float32Array, needle: Float32Array, expected: number, radius: number): Match {
  let best: Match = { lag: 0, correlation: -1 };
  const needleEnergy = needle.reduce((sum, x) => sum + x * x, 0);
  const last = Math.min(haystack.length - needle.length, expected + radius);
  for (let lag = Math.max(0, expected - radius); lag <= last; lag++) {
    let product = 0;
    let energy = 0;
    for (let i = 0; i < needle.length; i++) {
      const x = haystack[lag + i]!;
      product += x * needle[i]!;
      energy += x * x;
    }
    const correlation = product / Math.sqrt(energy * needleEnergy + 1e-12);
    if (correlation > best.correlation) best = { lag, correlation };
  }
  return best;
}

/** Root mean square in decibels of full scale (a full-scale sine is −3). */
export function levelDb(samples: Float32Array): number {
  const power = samples.reduce((sum, x) => sum + x * x, 0) / Math.max(1, samples.length);
  return 10 * Math.log10(power + 1e-12);
}

/** Level of one frequency in decibels of full scale (Hann window, Goertzel). */
export function toneDb({ samples, sampleRate }: Sound, frequencyHz: number): number {
  const w = (2 * Math.PI * frequencyHz) / sampleRate;
  let re = 0;
  let im = 0;
  let weight = 0;
  samples.forEach((sample, i) => {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / samples.length);
    re += sample * window * Math.cos(w * i);
    im += sample * window * Math.sin(w * i);
    weight += window;
  });
  return 20 * Math.log10((2 * Math.hypot(re, im)) / weight + 1e-12);
}
