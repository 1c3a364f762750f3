import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { firstDifference } from "../../support/difference.ts";
import { compileEntry } from "./compile.ts";
import { decibels, fitTone, rms } from "./tone-fit.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly RESAMPLER_TABLE: WebAssembly.Global;
  readonly RESAMPLER_HISTORY: WebAssembly.Global;
  input(): number;
  output(): number;
  resamplerOpen(handle: number, from: number, to: number): number;
  resamplerReset(handle: number): void;
  resamplerSetPpm(handle: number, ppm: number): void;
  resamplerPush(handle: number, source: number, samples: number): number;
  resamplerNeed(handle: number, samples: number): number;
  resamplerPull(handle: number, target: number, samples: number): number;
}

let wasm: Exports;

beforeAll(async () => {
  wasm = (await compileEntry("resampler")).exports as unknown as Exports;
});

const amplitude = 16_000;

function tone(hz: number, rate: number, samples: number): Float32Array<ArrayBuffer> {
  return new Float32Array(samples).map((_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate));
}

/** Pushes everything in blocks and pulls everything there is. */
function run(input: Float32Array, handle = 0, blocks: readonly number[] = [160]): Float32Array<ArrayBuffer> {
  const from = new Float32Array(wasm.memory.buffer, wasm.input(), 8192);
  const to = new Float32Array(wasm.memory.buffer, wasm.output(), 200_000);
  const parts: Float32Array<ArrayBuffer>[] = [];
  for (let at = 0, turn = 0; at < input.length; turn++) {
    const part = input.subarray(at, at + (blocks[turn % blocks.length] ?? 160));
    from.set(part);
    if (wasm.resamplerPush(handle, wasm.input(), part.length) !== part.length) throw new Error("not all was taken");
    at += part.length;
    const count = wasm.resamplerPull(handle, wasm.output(), to.length);
    parts.push(to.slice(0, count));
  }
  const output = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    output.set(part, at);
    at += part.length;
  }
  return output;
}

const pairs = [8000, 16_000, 24_000, 48_000].flatMap((codec) =>
  [16_000, 24_000, 44_100, 48_000].flatMap((device) => [[codec, device] as const, [device, codec] as const]),
);
const unequal = [...new Map(pairs.map((pair) => [pair.join(), pair])).values()].filter(([from, to]) => from !== to);

/** Gain and everything that is not the tone, both relative to the tone that went in, in steady state. */
function measure(from: number, to: number, hz: number, ppm = 0): { gainDb: number; restDb: number } {
  wasm.resamplerOpen(0, from, to);
  wasm.resamplerSetPpm(0, ppm);
  const output = run(tone(hz, from, Math.round(from * 0.3)));
  const steady = output.subarray(Math.round(to * 0.05), Math.round(to * 0.25));
  const fit = fitTone(steady, ((hz / from) * from * (1 + ppm * 1e-6)) / to);
  return { gainDb: decibels(fit.amplitude / amplitude), restDb: decibels((fit.residualRms * Math.SQRT2) / amplitude) };
}

describe("the resampler", () => {
  test.each(unequal)(
    "%i to %i Hz is within 0.1 dB to 0.85 Nyquist and 0.5 dB at 0.90, images 100 dB down",
    (from, to) => {
      const nyquist = Math.min(from, to) / 2;
      for (const at of [0.02, 0.1, 0.31, 0.5, 0.66, 0.75, 0.8, 0.83, 0.85]) {
        const { gainDb, restDb } = measure(from, to, at * nyquist);
        expect(Math.abs(gainDb), `gain at ${at}`).toBeLessThan(0.1);
        expect(restDb, `images at ${at}`).toBeLessThan(-100);
      }
      const edge = measure(from, to, 0.9 * nyquist);
      expect(edge.gainDb).toBeGreaterThan(-0.5);
      expect(edge.gainDb).toBeLessThan(0.1);
      expect(edge.restDb).toBeLessThan(-99);
    },
  );

  test.each(unequal.filter(([from, to]) => from > to))("%i to %i Hz leaves no alias above −100 dB", (from, to) => {
    const start = to === 8000 ? 1.1 : 1;
    for (let ratio = start + 0.005; ratio < from / to; ratio += 0.083) {
      wasm.resamplerOpen(0, from, to);
      const output = run(tone((ratio * to) / 2, from, Math.round(from * 0.2)));
      const rest = decibels((rms(output.subarray(to * 0.05, to * 0.19)) * Math.SQRT2) / amplitude);
      expect(rest, `${ratio} Nyquist`).toBeLessThan(-100);
    }
  });

  test.each(unequal)("%i to %i Hz delays by at most 2.5 ms, and its output is aligned with its input", (from, to) => {
    wasm.resamplerOpen(0, from, to);
    expect((wasm.resamplerNeed(0, 1) - 1) / from).toBeLessThanOrEqual(0.0025 + 1 / from);
    const hz = Math.min(from, to) * 0.11;
    const output = run(tone(hz, from, Math.round(from * 0.2)));
    const skip = Math.round(to * 0.05);
    const fit = fitTone(output.subarray(skip, skip + Math.round(to * 0.1)), hz / to);
    const drift = (fit.phase / (2 * Math.PI) - (skip * hz) / to) % 1;
    expect(Math.abs(drift - Math.round(drift))).toBeLessThan(1e-5);
  });

  test.each([
    [16_000, 48_000, 1000],
    [16_000, 44_100, -1000],
    [48_000, 48_000, 700],
    [8000, 48_000, -333],
    [48_000, 44_100, 50],
  ])("%i to %i Hz trimmed by %i ppm moves the pitch by that much and stays clean", (from, to, ppm) => {
    const { gainDb, restDb } = measure(from, to, 0.4 * Math.min(from, to), ppm);
    expect(Math.abs(gainDb)).toBeLessThan(0.1);
    expect(restDb).toBeLessThan(-100);
    wasm.resamplerOpen(0, from, to);
    wasm.resamplerSetPpm(0, ppm);
    const output = run(new Float32Array(from * 2));
    const expected = (2 * to) / (1 + ppm * 1e-6);
    expect(Math.abs(output.length - expected)).toBeLessThan(0.003 * to);
  });

  test("a trim that changes while it runs leaves no step", () => {
    wasm.resamplerOpen(1, 16_000, 48_000);
    const input = tone(300, 16_000, 16_000);
    const parts: number[] = [];
    for (let at = 0; at < input.length; at += 160) {
      wasm.resamplerSetPpm(1, 1000 * Math.sin(at));
      parts.push(...run(input.subarray(at, at + 160), 1));
    }
    const steepest = ((2 * Math.PI * 300 * 1.001) / 48_000) * amplitude;
    let most = 0;
    for (let i = 481; i < parts.length; i++) most = Math.max(most, Math.abs(parts[i]! - parts[i - 1]!));
    expect(most).toBeLessThan(steepest * 1.001 + 1);
  });

  test("equal rates pass 16-bit samples unchanged", () => {
    for (const rate of [8000, 16_000, 44_100, 48_000]) {
      wasm.resamplerOpen(0, rate, rate);
      const input = new Float32Array(4000).map((_, i) => ((i * 7919) % 65_536) - 32_768);
      const output = run(input);
      expect(output.length).toBeGreaterThan(3900);
      expect(output.map(Math.round)).toEqual(input.subarray(0, output.length));
    }
  });

  test("how the input is cut into blocks does not change the output", () => {
    const input = new Float32Array(6000).map((_, i) => amplitude * Math.sin(i * i * 1e-4));
    fc.assert(
      fc.property(
        fc.constantFrom(...unequal),
        fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 12 }),
        ([from, to], blocks) => {
          wasm.resamplerOpen(0, from, to);
          const whole = run(input, 0, [3000]);
          wasm.resamplerReset(0);
          expect(firstDifference(run(input, 0, blocks), whole)).toBe(-1);
        },
      ),
      { seed: 7, numRuns: 40 },
    );
  });

  test("need says exactly how much input the next outputs take", () => {
    const source = new Float32Array(wasm.memory.buffer, wasm.input(), 8192).fill(0);
    expect(source.length).toBe(8192);
    fc.assert(
      fc.property(
        fc.constantFrom(...unequal),
        fc.integer({ min: -1000, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 480 }), { minLength: 1, maxLength: 30 }),
        ([from, to], ppm, pulls) => {
          wasm.resamplerOpen(0, from, to);
          wasm.resamplerSetPpm(0, ppm);
          for (const frames of pulls) {
            const need = wasm.resamplerNeed(0, frames);
            if (need > 1) {
              wasm.resamplerPush(0, wasm.input(), need - 1);
              const early = wasm.resamplerPull(0, wasm.output(), frames);
              expect(early).toBeLessThan(frames);
              wasm.resamplerPush(0, wasm.input(), 1);
              expect(wasm.resamplerPull(0, wasm.output(), frames - early)).toBe(frames - early);
            }
          }
        },
      ),
      { seed: 11, numRuns: 40 },
    );
  });

  test("the two handles do not disturb each other, and nothing around their buffers is written", () => {
    const memory = new Uint8Array(wasm.memory.buffer);
    const tables = wasm.RESAMPLER_TABLE.value as number;
    const histories = wasm.RESAMPLER_HISTORY.value as number;
    const guards = [
      tables - 64,
      tables + 33_792 * 4,
      histories - 64,
      histories + 8192 * 4,
      histories + 2 * 8192 * 4 + 64,
    ];
    for (const guard of guards) memory.fill(0xa5, guard, guard + 64);
    const input = tone(700, 48_000, 4800);
    wasm.resamplerOpen(0, 192_000, 16_000);
    wasm.resamplerOpen(1, 48_000, 44_100);
    const alone = run(input, 1);
    wasm.resamplerReset(1);
    const together: number[] = [];
    for (let at = 0; at < input.length; at += 160) {
      run(tone(100, 192_000, 1920), 0, [1920]);
      together.push(...run(input.subarray(at, at + 160), 1));
    }
    expect(Float32Array.from(together)).toEqual(alone);
    for (const guard of guards) expect(memory.subarray(guard, guard + 64).every((byte) => byte === 0xa5)).toBe(true);
  });

  test("refuses more input than its history holds, and rates beyond 8 to 192 kHz", () => {
    wasm.resamplerOpen(0, 16_000, 48_000);
    expect(wasm.resamplerPush(0, wasm.input(), 100_000)).toBe(8192 - 39);
    expect(wasm.resamplerPush(0, wasm.input(), 1)).toBe(0);
    expect(wasm.resamplerPull(0, wasm.output(), 4)).toBe(4);
    expect(wasm.resamplerPush(0, wasm.input(), 5)).toBe(1);
    for (const [from, to] of [
      [7999, 48_000],
      [48_000, 7999],
      [192_001, 16_000],
      [16_000, 192_001],
    ] as const) {
      expect(wasm.resamplerOpen(0, from, to)).toBe(-1);
    }
    expect(wasm.resamplerOpen(2, 16_000, 48_000)).toBe(-1);
  });
});
