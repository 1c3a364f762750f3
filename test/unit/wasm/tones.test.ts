import { beforeAll, describe, expect, test } from "vitest";
import { compileEntry } from "./compile.ts";
import { paintGuards } from "./guards.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  outputPtr(): number;
  toneOpen(rate: number): void;
  toneStart(kind: number, level: number, durationMs: number): number;
  toneSine(hz: number, secondHz: number, level: number, durationMs: number): void;
  toneStop(): void;
  toneActive(): number;
  tonePull(frames: number): number;
}

let wasm: Exports;

beforeAll(async () => {
  wasm = (await compileEntry("tones")).exports as unknown as Exports;
}, 60_000);

function pull(samples: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(samples);
  for (let at = 0; at < samples; at += 480) {
    const count = Math.min(480, samples - at);
    expect(wasm.tonePull(count)).toBe(count);
    out.set(new Float32Array(wasm.memory.buffer, wasm.outputPtr(), count), at);
  }
  return out;
}

/** What is left of a signal when its best fit by two sines is taken away, and the two amplitudes. */
function fitPair(signal: Float32Array, first: number, second: number, rate: number) {
  const bases = [first, second].flatMap((hz) => [
    Float64Array.from(signal, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate)),
    Float64Array.from(signal, (_, i) => Math.cos((2 * Math.PI * hz * i) / rate)),
  ]);
  const rest = Float64Array.from(signal);
  const weights = [0, 0, 0, 0];
  // Successive projection: the sines are nearly orthogonal, so a few rounds converge.
  for (let round = 0; round < 40; round++) {
    bases.forEach((base, b) => {
      let dot = 0;
      let norm = 0;
      for (let i = 0; i < rest.length; i++) {
        dot += rest[i]! * base[i]!;
        norm += base[i]! * base[i]!;
      }
      weights[b]! += dot / norm;
      for (let i = 0; i < rest.length; i++) rest[i]! -= (dot / norm) * base[i]!;
    });
  }
  const residual = Math.sqrt(rest.reduce((sum, value) => sum + value * value, 0) / rest.length);
  return { first: Math.hypot(weights[0]!, weights[1]!), second: Math.hypot(weights[2]!, weights[3]!), residual };
}

const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];

describe("tones", () => {
  test.each(Array.from({ length: 16 }, (_, kind) => kind))(
    "digit %i is the pair of ITU-T Q.23 and nothing else",
    (kind) => {
      for (const rate of [8000, 44_100, 48_000]) {
        wasm.toneOpen(rate);
        expect(wasm.toneStart(kind, 0.2, 200)).toBe(0);
        const steady = pull(rate * 0.2).subarray(rate * 0.01, rate * 0.18);
        const fit = fitPair(steady, rows[kind >> 2]!, columns[kind & 3]!, rate);
        expect(fit.first).toBeCloseTo(0.2, 4);
        expect(fit.second).toBeCloseTo(0.2, 4);
        expect(fit.residual).toBeLessThan(1e-5);
      }
    },
  );

  test("lasts as long as asked, with ramps of 4 ms and silence after them", () => {
    wasm.toneOpen(8000);
    wasm.toneStart(5, 0.4, 100);
    expect(wasm.toneActive()).toBe(1);
    const signal = pull(1600);
    expect(wasm.toneActive()).toBe(0);
    expect(signal.subarray(832).every((value) => value === 0)).toBe(true);
    expect(signal.subarray(700, 800).some((value) => Math.abs(value) > 0.5)).toBe(true);
    for (let i = 0; i < 32; i++) {
      expect(Math.abs(signal[i]!)).toBeLessThanOrEqual((0.8 * (i + 1)) / 32 + 1e-6);
      expect(Math.abs(signal[800 + i]!)).toBeLessThanOrEqual((0.8 * (31 - i)) / 32 + 1e-6);
    }
  });

  test.each([
    ["dial", 16, 350, 440, [[0, 7]]],
    [
      "ringback",
      17,
      440,
      480,
      [
        [0, 2],
        [6, 8],
      ],
    ],
    ["busy", 18, 480, 620, [0, 1, 2, 3, 4, 5, 6, 7].map((s) => [s, s + 0.5])],
    ["reorder", 19, 480, 620, Array.from({ length: 16 }, (_, i) => [i / 2, i / 2 + 0.25])],
  ])("%s (%i) is %i + %i Hz in its cadence", (_name, kind, low, high, on) => {
    const rate = 8000;
    wasm.toneOpen(rate);
    wasm.toneStart(kind, 0.3, Number.MAX_VALUE);
    const signal = pull(rate * 7);
    const fit = fitPair(signal.subarray(rate * 0.01, rate * 0.24), low, high, rate);
    expect(fit.first).toBeCloseTo(0.3, 3);
    expect(fit.second).toBeCloseTo(0.3, 3);
    for (let ms = 10; ms < 7000; ms += 10) {
      const t = ms / 1000;
      const expected = on.some(([from, to]) => t >= from! && t < to!);
      const edge = on.some(([from, to]) => [from!, to!].some((at) => Math.abs(at - t) < 0.011));
      const part = signal.subarray(t * rate, (t + 0.01) * rate);
      if (!edge)
        expect(
          part.some((value) => value !== 0),
          `${t} s`,
        ).toBe(expected);
    }
  });

  test("a plain sine of any frequency, and stop ends it without a click", () => {
    wasm.toneOpen(48_000);
    wasm.toneSine(1004, 0, 0.7, Number.MAX_VALUE);
    const fit = fitPair(pull(4800).subarray(480), 1004, 20_000, 48_000);
    expect(fit.first).toBeCloseTo(0.7, 4);
    expect(fit.residual).toBeLessThan(1e-5);
    wasm.toneStop();
    const end = pull(960);
    expect(end.subarray(192).every((value) => value === 0)).toBe(true);
    for (let i = 1; i < 192; i++) expect(Math.abs(end[i]! - end[i - 1]!)).toBeLessThan(0.1);
  });

  test("refuses an unknown tone and writes only its output", () => {
    const intact = paintGuards(wasm.memory, [{ name: "output", start: wasm.outputPtr(), bytes: 16_384 }]);
    wasm.toneOpen(8000);
    expect(wasm.toneStart(20, 1, 100)).toBe(-1);
    expect(wasm.toneStart(-1, 1, 100)).toBe(-1);
    wasm.toneStart(3, 0.5, 10_000);
    expect(wasm.tonePull(5000)).toBe(4096);
    expect(wasm.tonePull(-3)).toBe(0);
    intact();
  });
});
