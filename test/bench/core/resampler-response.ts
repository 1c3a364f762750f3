import { compileEntry } from "../../unit/wasm/compile.ts";
import { decibels, fitTone } from "../../unit/wasm/tone-fit.ts";

export interface ResponseRow {
  readonly from: number;
  readonly to: number;
  /** Largest deviation from the mean gain, 0.02 to 0.85 of the lower Nyquist frequency. */
  readonly rippleDb: number;
  readonly gainAt85Db: number;
  readonly gainAt90Db: number;
  /** Loudest of everything that is not the tone, over tones of the passband, relative to the tone. */
  readonly imagesDb: number;
  /** Down only: loudest alias of tones beyond the new Nyquist frequency, from 1.15 of it on. */
  readonly aliasesDb: number | null;
  /** From a sample going in to its coming out, at 300 Hz, fed in pieces of 1 ms. */
  readonly latencyMs: number;
}

interface Resampler {
  readonly memory: WebAssembly.Memory;
  input(): number;
  output(): number;
  resamplerOpen(handle: number, from: number, to: number): number;
  resamplerPush(handle: number, source: number, samples: number): number;
  resamplerPull(handle: number, target: number, samples: number): number;
}

const amplitude = 16000;
const seconds = 0.3;
const passband = [0.02, 0.05, 0.1, 0.2, 0.31, 0.42, 0.5, 0.58, 0.66, 0.72, 0.77, 0.8, 0.83, 0.85];

function run(
  wasm: Resampler,
  from: number,
  to: number,
  hz: number,
): { readonly output: Float32Array; readonly behindMs: number } {
  wasm.resamplerOpen(0, from, to);
  const piece = Math.round(from / 1000);
  const input = new Float32Array(wasm.memory.buffer, wasm.input(), piece);
  const pulled = new Float32Array(wasm.memory.buffer, wasm.output(), 8192);
  const output = new Float32Array(Math.ceil(to * seconds));
  let filled = 0;
  let pushed = 0;
  for (; pushed + piece <= from * seconds; pushed += piece) {
    for (let at = 0; at < piece; at++) input[at] = amplitude * Math.sin((2 * Math.PI * hz * (pushed + at)) / from);
    wasm.resamplerPush(0, wasm.input(), piece);
    const count = wasm.resamplerPull(0, wasm.output(), Math.min(pulled.length, output.length - filled));
    output.set(pulled.subarray(0, count), filled);
    filled += count;
  }
  return { output: output.subarray(0, filled), behindMs: (pushed / from - filled / to) * 1000 };
}

/** Gain of a tone, what else comes out, both relative to what went in, and the time it took. */
function measure(wasm: Resampler, from: number, to: number, hz: number) {
  const { output, behindMs } = run(wasm, from, to, hz);
  const start = Math.round(to * 0.05);
  const fit = fitTone(output.subarray(start, Math.round(to * 0.25)), hz / to);
  // The tone's phase at the start, minus what no delay would show, within half a period.
  const late = (2 * Math.PI * hz * start) / to - fit.phase;
  const turns = late / (2 * Math.PI);
  const delayMs = ((turns - Math.round(turns)) / hz) * 1000;
  return {
    gainDb: decibels(fit.amplitude / amplitude),
    restDb: decibels((fit.residualRms * Math.SQRT2) / amplitude),
    latencyMs: behindMs + delayMs,
  };
}

function levelDb(samples: Float32Array): number {
  const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
  return decibels(Math.sqrt(2 * power) / amplitude);
}

export async function resamplerResponse(): Promise<ResponseRow[]> {
  const wasm = (await compileEntry("resampler")).exports as unknown as Resampler;
  const pairs = [
    [8000, 48000],
    [16000, 48000],
    [24000, 48000],
    [16000, 44100],
    [48000, 8000],
    [48000, 16000],
    [48000, 24000],
    [44100, 16000],
  ] as const;
  return pairs.map(([from, to]) => {
    const nyquist = Math.min(from, to) / 2;
    const tones = passband.map((share) => measure(wasm, from, to, share * nyquist));
    const mean = tones.reduce((sum, tone) => sum + tone.gainDb, 0) / tones.length;
    const beyond = [1.15, 1.2, 1.27, 1.35, 1.5, 1.7, 1.9].map((share) => share * nyquist).filter((hz) => hz < from / 2);
    const aliases = beyond.map((hz) => levelDb(run(wasm, from, to, hz).output.subarray(Math.round(to * 0.05))));
    return {
      from,
      to,
      rippleDb: Math.max(...tones.map((tone) => Math.abs(tone.gainDb - mean))),
      gainAt85Db: tones.at(-1)?.gainDb ?? Number.NaN,
      gainAt90Db: measure(wasm, from, to, 0.9 * nyquist).gainDb,
      imagesDb: Math.max(...tones.map((tone) => tone.restDb)),
      aliasesDb: aliases.length ? Math.max(...aliases) : null,
      latencyMs: measure(wasm, from, to, 300).latencyMs,
    };
  });
}
