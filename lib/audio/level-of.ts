import type { Level } from "../core/index.ts";

/**
 * How loud the samples from `from` on are, or one in `step` of them. Main thread, several times a second: comparisons only, which take a small
 * part of the time that `for of` with Math.max does.
 */
export function levelOf(samples: Float32Array, { from = 0, step = 1 } = {}): Level {
  let [peak, power, count] = [0, 0, 0];
  for (let i = from; i < samples.length; i += step) {
    const sample = samples[i]!;
    if (sample > peak) peak = sample;
    else if (-sample > peak) peak = -sample;
    power += sample * sample;
    count++;
  }
  return { peak, rms: Math.sqrt(power / count) };
}
