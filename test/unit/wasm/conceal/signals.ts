/** Deterministic test sounds on the int16 scale: whole numbers, made of seeded arithmetic only. */

/** Uniform in -1…1, seeded. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export function noise(rate: number, ms: number, rms: number, seed = 7): number[] {
  const random = randomSource(seed);
  return Array.from({ length: (rate / 1000) * ms }, () => Math.round(random() * rms * Math.sqrt(3)));
}

export function tones(rate: number, ms: number, frequencies: readonly number[], amplitude: number): number[] {
  return Array.from({ length: (rate / 1000) * ms }, (_, i) => {
    let sum = 0;
    for (const frequency of frequencies) sum += Math.sin((2 * Math.PI * frequency * i) / rate);
    return Math.round((amplitude * sum) / frequencies.length);
  });
}

/** A vowel: pulses at a gliding pitch through three resonances, with a little breath. */
export function voice(
  rate: number,
  ms: number,
  { pitchHz = 120, glideHz = 20, peak = 10_000, seed = 3 } = {},
): number[] {
  const random = randomSource(seed);
  const length = (rate / 1000) * ms;
  let signal = new Float64Array(length);
  let phase = 0;
  for (let i = 0; i < length; i++) {
    phase += (pitchHz + (glideHz * i) / length) / rate;
    if (phase >= 1) {
      phase -= 1;
      signal[i] = 1;
    }
    signal[i] = (signal[i] as number) + random() * 0.01;
  }
  for (const [frequency, bandwidth] of [
    [500, 80],
    [1500, 120],
    [2500, 200],
  ] as const) {
    const radius = Math.exp((-Math.PI * bandwidth) / rate);
    const turn = 2 * radius * Math.cos((2 * Math.PI * frequency) / rate);
    const out = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      out[i] = (signal[i] as number) + turn * (out[i - 1] ?? 0) - radius * radius * (out[i - 2] ?? 0);
    }
    signal = out;
  }
  const largest = signal.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Array.from(signal, (value) => Math.round((value / largest) * peak));
}

export function rms(samples: ArrayLike<number>): number {
  let energy = 0;
  for (let i = 0; i < samples.length; i++) energy += (samples[i] as number) ** 2;
  return Math.sqrt(energy / samples.length);
}

export function largestStep(samples: readonly number[]): number {
  let largest = 0;
  for (let i = 1; i < samples.length; i++) {
    largest = Math.max(largest, Math.abs((samples[i] as number) - (samples[i - 1] as number)));
  }
  return largest;
}

export function snrDb(reference: readonly number[], heard: readonly number[]): number {
  return 20 * Math.log10(rms(reference) / rms(reference.map((value, i) => value - (heard[i] as number))));
}
