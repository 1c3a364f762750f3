import { CoreError } from "./core-error.ts";

/** Mono samples as the outside has them: floats on the ±1 scale of Web Audio, or 16-bit PCM. */
export type Samples = Float32Array | Int16Array;

const fullScale = 32768;

/** Copies samples[from … from + count) to `target` as floats on the int16 scale. Does not allocate. */
export function loadSamples(target: Float32Array, samples: Samples, from = 0, count = samples.length): void {
  const scale = samples instanceof Float32Array ? fullScale : 1;
  for (let at = 0; at < count; at++) target[at] = samples[from + at]! * scale;
}

/** The way back, rounded and saturated for 16-bit PCM. Does not allocate. */
export function storeSamples(samples: Samples, source: Float32Array, from = 0, count = samples.length): void {
  if (samples instanceof Float32Array) {
    for (let at = 0; at < count; at++) samples[from + at] = source[at]! / fullScale;
    return;
  }
  for (let at = 0; at < count; at++) {
    samples[from + at] = Math.max(-32768, Math.min(32767, Math.round(source[at]!)));
  }
}

export function checkRate(sampleRate: number, tool: string, highest = 48_000): void {
  if (Number.isInteger(sampleRate) && sampleRate >= 8000 && sampleRate <= highest) return;
  throw new CoreError("core-format", `A ${tool} needs a sample rate of 8000 to ${highest}, not ${sampleRate}.`);
}
