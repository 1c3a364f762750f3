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

/** Windowed-sinc conversion between whole rates, 64 taps at the lower one: for comparing in tests. */
export function resample({ samples, sampleRate }: Sound, toRate: number): Sound {
  if (sampleRate === toRate) return { samples, sampleRate };
  const divisor = greatestCommonDivisor(sampleRate, toRate);
  const phases = toRate / divisor;
  const step = sampleRate / divisor;
  const ratio = sampleRate / toRate;
  const half = Math.ceil(32 * Math.max(1, ratio));
  const kernels = Array.from({ length: phases }, (_, phase) =>
    sincKernel(((phase * step) % phases) / phases, half, ratio),
  );
  const out = new Float32Array(Math.floor(samples.length / ratio));
  for (let i = 0; i < out.length; i++) {
    const kernel = kernels[i % phases]!;
    const first = Math.floor((i * step) / phases) - half;
    const from = Math.max(0, -first);
    const to = Math.min(kernel.length, samples.length - first);
    let sum = 0;
    for (let k = from; k < to; k++) sum += samples[first + k]! * kernel[k]!;
    out[i] = sum;
  }
  return { samples: out, sampleRate: toRate };
}

/** Weights of the samples from `half` before to `half` after, for a point that is `fraction` behind a sample. */
function sincKernel(fraction: number, half: number, ratio: number): Float64Array {
  const cutoff = 0.92 * Math.min(1, 1 / ratio);
  return new Float64Array(2 * half + 1).map((_, k) => {
    const t = k - half - fraction;
    if (Math.abs(t) > half) return 0;
    const x = Math.PI * cutoff * t;
    return cutoff * (t === 0 ? 1 : Math.sin(x) / x) * (0.5 + 0.5 * Math.cos((Math.PI * t) / half));
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** cos and −sin of 2πk/n, for the largest n so far. */
let twiddles = { n: 0, cos: new Float64Array(0), sin: new Float64Array(0) };

function twiddlesFor(n: number): typeof twiddles {
  if (twiddles.n < n) {
    const angle = (-2 * Math.PI) / n;
    twiddles = {
      n,
      cos: new Float64Array(n / 2).map((_, k) => Math.cos(angle * k)),
      sin: new Float64Array(n / 2).map((_, k) => Math.sin(angle * k)),
    };
  }
  return twiddles;
}

/** In-place radix-2 FFT; `re` and `im` have the same power-of-two length. */
export function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const [real, imaginary] = [re[i]!, im[i]!];
      re[i] = re[j]!;
      im[i] = im[j]!;
      re[j] = real;
      im[j] = imaginary;
    }
  }
  const table = twiddlesFor(n);
  for (let size = 2; size <= n; size <<= 1) {
    const half = size / 2;
    const stride = table.n / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0, at = 0; k < half; k++, at += stride) {
        const c = table.cos[at]!;
        const s = table.sin[at]!;
        const a = start + k;
        const b = a + half;
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
  const products = crossCorrelation(haystack, needle);
  const needleEnergy = needle.reduce((sum, x) => sum + x * x, 0);
  const energy = new Float64Array(haystack.length + 1);
  for (let i = 0; i < haystack.length; i++) energy[i + 1] = energy[i]! + haystack[i]! ** 2;
  let best: Match = { lag: 0, correlation: -1 };
  for (let lag = 0; lag < products.length; lag++) {
    const e = energy[lag + needle.length]! - energy[lag]!;
    const correlation = products[lag]! / Math.sqrt(e * needleEnergy + 1e-12);
    if (correlation > best.correlation) best = { lag, correlation };
  }
  return best;
}

/** Sum of products at every lag at which the needle is whole within the haystack; by overlapping blocks, so that it stays in the cache. */
function crossCorrelation(haystack: Float32Array, needle: Float32Array): Float64Array {
  const products = new Float64Array(Math.max(0, haystack.length - needle.length + 1));
  const size = 2 ** Math.ceil(Math.log2(Math.min(4 * needle.length, haystack.length + needle.length)));
  const hop = size - needle.length + 1;
  const [nr, ni] = [new Float64Array(size), new Float64Array(size)];
  nr.set(needle);
  fft(nr, ni);
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  for (let at = 0; at < products.length; at += hop) {
    re.fill(0);
    im.fill(0);
    re.set(haystack.subarray(at, at + size));
    fft(re, im);
    for (let i = 0; i < size; i++) {
      const real = re[i]! * nr[i]! + im[i]! * ni[i]!;
      im[i] = re[i]! * ni[i]! - im[i]! * nr[i]!; // conjugate: the forward transform then inverts
      re[i] = real;
    }
    fft(re, im);
    const count = Math.min(hop, products.length - at);
    for (let i = 0; i < count; i++) products[at + i] = re[i]! / size;
  }
  return products;
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
