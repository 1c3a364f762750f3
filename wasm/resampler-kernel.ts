import { cosPi, sinPi } from "./math";

/**
 * The low-pass kernels of the resampler: cosine series on a finite support, h(t) = c0/2 + Σ ck cos(πkt/half), |t| < half, t in samples of
 * the lower rate. Up to a first index the coefficients are 1, the free ones follow, the rest are 0. wasm/resampler-design.mjs computes
 * them and says why. f is in Nyquists of the lower rate:
 *
 *   SHORT    half 20: ±0.06 dB to 0.85, −0.3 dB at 0.90, ≤ −101 dB from 1.10   (2.5 ms at 8 kHz)
 *   LONG     half 40: ±0.06 dB to 0.85, −0.3 dB at 0.90, ≤ −101 dB from 1.00   (2.5 ms at 16 kHz)
 *   NYQUIST  half 40: flat to 0.90, ≤ −120 dB from 1.10, and zero at every integer but 0: equal rates pass unchanged
 */
export const KERNEL_SHORT: i32 = 0;
export const KERNEL_LONG: i32 = 1;
export const KERNEL_NYQUIST: i32 = 2;

const SHORT_FIRST: i32 = 11;
const SHORT: usize = memory.data<f32>([
  1.0008583068847656, 0.997044563293457, 1.0056402683258057, 0.995803713798523, 1.002180814743042, 0.9989084601402283,
  1.0056837797164917, 0.9662245512008667, 0.5979525446891785, 0.16777855157852173, 0.013452621176838875,
  0.000008527988029527478,
]);
const LONG_FIRST: i32 = 30;
const LONG: usize = memory.data<f32>([
  1.0019181966781616, 1.003159761428833, 0.9948797821998596, 1.0049118995666504, 0.9946858286857605, 1.0213912725448608,
  0.9679256677627563, 0.5690457820892334, 0.1502043753862381, 0.011105109006166458,
]);
const NYQUIST_FIRST: i32 = 34;
const NYQUIST: usize = memory.data<f32>([
  0.9999999403953552, 1.0000005960464478, 0.9999994039535522, 0.998135507106781, 0.9659819602966309, 0.8128582239151001,
]);

/** Half the support, in samples of the lower rate. */
export function kernelHalf(kernel: i32): i32 {
  return kernel == KERNEL_SHORT ? 20 : 40;
}

/** h(t), whose integral over t is 1. */
export function kernelAt(kernel: i32, t: f64): f64 {
  const half = <f64>kernelHalf(kernel);
  if (abs(t) >= half) return 0;
  const first = kernel == KERNEL_SHORT ? SHORT_FIRST : kernel == KERNEL_LONG ? LONG_FIRST : NYQUIST_FIRST;
  const count = kernel == KERNEL_SHORT ? 12 : kernel == KERNEL_LONG ? 10 : 13;
  // x in half turns. The ones: a Dirichlet kernel.
  const x = t / half;
  const ones = <f64>first - 0.5;
  let sum = t == 0 ? ones : sinPi(ones * x) / (2.0 * sinPi(0.5 * x));
  // The free ones: Clenshaw's recurrence from the last to the first.
  const twiceCosine = 2.0 * cosPi(x);
  let next: f64 = 0;
  let afterNext: f64 = 0;
  for (let i = count - 1; i >= 0; i--) {
    const value = freeCoefficient(kernel, i) + twiceCosine * next - afterNext;
    afterNext = next;
    next = value;
  }
  sum += next * cosPi(<f64>first * x) - afterNext * cosPi(<f64>(first - 1) * x);
  return sum / half;
}

function freeCoefficient(kernel: i32, index: i32): f64 {
  if (kernel == KERNEL_NYQUIST && index >= 6) return index == 6 ? 0.5 : 1.0 - freeCoefficient(kernel, 12 - index);
  const free = kernel == KERNEL_SHORT ? SHORT : kernel == KERNEL_LONG ? LONG : NYQUIST;
  return <f64>load<f32>(free + ((<usize>index) << 2));
}
