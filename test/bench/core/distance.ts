/** How far a degraded signal is from its reference. */

const CLIP_LOW_DB = -10;
const CLIP_HIGH_DB = 35;
/** Frames of the reference below this rms (-56 dBFS) are pauses: not judged. */
const ACTIVE_RMS = 50;
/** Added to every power: what lies 16 bit noise deep cannot be told apart. */
const POWER_FLOOR = 1;

function active(reference: Int16Array, from: number, length: number): boolean {
  let energy = 0;
  for (let i = from; i < from + length; i++) energy += (reference[i] as number) ** 2;
  return energy > ACTIVE_RMS ** 2 * length;
}

/** Mean of the signal-to-noise ratios of the given frames (first sample each), dB, each limited to -10…35 dB. */
export function segmentalSnrDb(
  reference: Int16Array,
  heard: Int16Array,
  frames: readonly number[],
  length: number,
): { sum: number; count: number } {
  let sum = 0;
  let count = 0;
  for (const from of frames) {
    if (!active(reference, from, length)) continue;
    let signal = 0;
    let noise = 1e-9;
    for (let i = from; i < from + length; i++) {
      signal += (reference[i] as number) ** 2;
      noise += ((reference[i] as number) - (heard[i] as number)) ** 2;
    }
    sum += Math.min(CLIP_HIGH_DB, Math.max(CLIP_LOW_DB, 10 * Math.log10(signal / noise)));
    count++;
  }
  return { sum, count };
}

/** Mean log-spectral distance of the given frames, dB: rms over 0-Nyquist of the difference of their power spectra in dB. */
export function logSpectralDistanceDb(
  reference: Int16Array,
  heard: Int16Array,
  frames: readonly number[],
  length: number,
): { sum: number; count: number } {
  let sum = 0;
  let count = 0;
  for (const from of frames) {
    if (!active(reference, from, length)) continue;
    const a = powerSpectrum(reference.subarray(from, from + length));
    const b = powerSpectrum(heard.subarray(from, from + length));
    let squares = 0;
    for (let k = 0; k < a.length; k++) {
      squares += (10 * Math.log10(((a[k] as number) + POWER_FLOOR) / ((b[k] as number) + POWER_FLOOR))) ** 2;
    }
    sum += Math.sqrt(squares / a.length);
    count++;
  }
  return { sum, count };
}

/** Power per bin of a Hann-windowed frame, zero-padded to the next power of two, scaled to the frame's energy. */
function powerSpectrum(frame: Int16Array): Float64Array {
  let points = 1;
  while (points < frame.length) points *= 2;
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (let i = 0; i < frame.length; i++) {
    re[i] = (frame[i] as number) * (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / frame.length));
  }
  fft(re, im);
  return Float64Array.from(
    { length: points / 2 },
    (_, k) => ((re[k] as number) ** 2 + (im[k] as number) ** 2) / frame.length,
  );
}

/** Radix-2 transform in place. */
function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j] as number, re[i] as number];
      [im[i], im[j]] = [im[j] as number, im[i] as number];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k++) {
      const c = Math.cos((-2 * Math.PI * k) / size);
      const s = Math.sin((-2 * Math.PI * k) / size);
      for (let low = k; low < n; low += size) {
        const high = low + size / 2;
        const x = (re[high] as number) * c - (im[high] as number) * s;
        const y = (re[high] as number) * s + (im[high] as number) * c;
        re[high] = (re[low] as number) - x;
        im[high] = (im[low] as number) - y;
        re[low] = (re[low] as number) + x;
        im[low] = (im[low] as number) + y;
      }
    }
  }
}
