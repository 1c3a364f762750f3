import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { compileEntry } from "./compile.ts";
import { paintGuards } from "./guards.ts";
import { decibels, fitTone, rms } from "./tone-fit.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly CAPTURE_BYTES: WebAssembly.Global;
  readonly CAPTURE_FRAME: WebAssembly.Global;
  readonly CAPTURE_SAMPLES: WebAssembly.Global;
  readonly RESAMPLER_HISTORY: WebAssembly.Global;
  readonly RESAMPLER_TABLE: WebAssembly.Global;
  readonly RING: WebAssembly.Global;
  readonly RING_BYTES: WebAssembly.Global;
  inputPtr(): number;
  outputPtr(): number;
  captureOpen(codec: number, rate: number, deviceRate: number, frameMs: number): number;
  captureMute(on: number): void;
  capturePush(samples: number): void;
  captureTake(): number;
  captureStat(index: number): number;
  levelPeak(): number;
  levelRms(): number;
  levelReset(): void;
}

const [l16, pcmu, pcma, g722] = [0, 1, 2, 3] as const;
let wasm: Exports;
let input: Float32Array;

beforeEach(async () => {
  wasm = (await compileEntry("capture")).exports as unknown as Exports;
  input = new Float32Array(wasm.memory.buffer, wasm.inputPtr(), 4096);
});

function push(signal: ArrayLike<number>, quantum = 128): Uint8Array<ArrayBuffer>[] {
  const frames: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < signal.length; at += quantum) {
    const count = Math.min(quantum, signal.length - at);
    for (let i = 0; i < count; i++) input[i] = signal[at + i]!;
    wasm.capturePush(count);
    for (let bytes = wasm.captureTake(); bytes > 0; bytes = wasm.captureTake()) {
      frames.push(new Uint8Array(wasm.memory.buffer, wasm.outputPtr(), bytes).slice());
    }
  }
  return frames;
}

function joined(frames: readonly Uint8Array[]): Int16Array<ArrayBuffer> {
  return new Int16Array(Uint8Array.from(frames.flatMap((frame) => [...frame])).buffer);
}

const tone = (hz: number, rate: number, seconds: number, amplitude: number) =>
  new Float32Array(rate * seconds).map((_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate));

describe("capture", () => {
  test.each([
    ["L16", l16, 8000, 20, 320],
    ["L16", l16, 16_000, 20, 640],
    ["L16", l16, 24_000, 20, 960],
    ["L16", l16, 48_000, 60, 5760],
    ["PCMU", pcmu, 8000, 20, 160],
    ["PCMA", pcma, 8000, 30, 240],
    ["G722", g722, 16_000, 20, 160],
  ])("encodes %s (%i) at %i Hz in frames of %i ms", (_name, codec, rate, frameMs, frameBytes) => {
    for (const deviceRate of [16_000, 44_100, 48_000, 96_000]) {
      expect(wasm.captureOpen(codec, rate, deviceRate, frameMs)).toBe(frameBytes);
      const frames = push(new Float32Array(deviceRate));
      const expected = (1000 - 2.5) / frameMs;
      expect(frames.length).toBeGreaterThanOrEqual(Math.floor(expected));
      expect(frames.length).toBeLessThanOrEqual(Math.ceil(1000 / frameMs));
      expect(new Set(frames.map((frame) => frame.length))).toEqual(new Set([frameBytes]));
    }
  });

  test("a 5 to 7 kHz tone is at least 60 dB down in an 8 kHz uplink", () => {
    for (const deviceRate of [16_000, 44_100, 48_000]) {
      for (const hz of [5000, 5500, 6000, 6500, 7000]) {
        wasm.captureOpen(l16, 8000, deviceRate, 20);
        const output = joined(push(tone(hz, deviceRate, 0.5, 0.9)));
        const steady = Float32Array.from(output.subarray(800, 3200));
        expect(decibels((rms(steady) * Math.SQRT2) / (0.9 * 32_768)), `${hz} Hz at ${deviceRate}`).toBeLessThan(-60);
      }
    }
  });

  test("keeps level and frequency of a tone", () => {
    wasm.captureOpen(l16, 16_000, 44_100, 20);
    const output = joined(push(tone(1000, 44_100, 0.5, 0.25)));
    const fit = fitTone(Float32Array.from(output.subarray(800, 5600)), 1000 / 16_000);
    expect(fit.amplitude / 32_768).toBeCloseTo(0.25, 4);
    expect(fit.residualRms).toBeLessThan(0.4);
  });

  test("saturates instead of wrapping, and takes NaN and infinities for what they are worth", () => {
    wasm.captureOpen(l16, 16_000, 16_000, 20);
    const values = [1, -1, 1.5, -1.5, 1e30, -1e30, 0.99999, -0.99999, Number.NaN, 0.5];
    const samples = new Float32Array(800).map((_, i) => (i < 10 ? values[i]! : 0));
    const output = joined(push(samples));
    expect(Math.max(...output)).toBeLessThanOrEqual(32_767);
    // 80 taps of the resampler have met the NaN; after them the signal is itself again.
    expect([...output.subarray(200, 600)].every((sample) => sample === 0)).toBe(true);
    wasm.captureOpen(l16, 16_000, 16_000, 20);
    const clean = new Float32Array(800).map((_, i) => [1, -1, 1.5, -1.5, 0.25, 1e-6][i % 6]!);
    expect([...joined(push(clean)).subarray(0, 6)]).toEqual([32_767, -32_768, 32_767, -32_768, 8192, 0]);
  });

  test("muting fades to silence within 5 ms, keeps the cadence, and unmuting fades back", () => {
    for (const [codec, silence] of [
      [l16, 0],
      [pcmu, 0xff],
      [pcma, 0xd5],
    ] as const) {
      wasm.captureOpen(codec, 8000, 48_000, 20);
      const constant = new Float32Array(48_000 / 2).fill(0.5);
      const before = push(constant);
      wasm.captureMute(1);
      const during = push(constant);
      wasm.captureMute(0);
      const after = push(constant);
      expect([before.length, during.length, after.length]).toEqual([24, 25, 25]);
      for (const frame of during.slice(2)) expect(frame.every((byte) => byte === silence)).toBe(true);
      expect(before[10]!.every((byte) => byte === silence)).toBe(false);
      expect(after[2]).toEqual(before[10]);
      if (codec === l16) {
        const all = joined([...before.slice(10), ...during, ...after]);
        const steps = all.subarray(1).map((value, i) => Math.abs(value - all[i]!));
        expect(Math.max(...steps)).toBeLessThanOrEqual(Math.ceil(16_384 / 40));
      }
    }
  });

  test("shows the level of the microphone, muted or not", () => {
    wasm.captureOpen(pcmu, 8000, 48_000, 20);
    wasm.captureMute(1);
    push(tone(440, 48_000, 0.2, 0.5));
    expect(wasm.levelPeak()).toBeCloseTo(0.5, 3);
    expect(wasm.levelRms()).toBeCloseTo(Math.SQRT1_2 / 2, 3);
    wasm.levelReset();
    expect([wasm.levelPeak(), wasm.levelRms()]).toEqual([0, 0]);
    push([3, Number.NaN, Number.POSITIVE_INFINITY]);
    expect([wasm.levelPeak(), wasm.levelRms()]).toEqual([1, 1]);
  });

  test("keeps one second of frames that nobody takes, then counts what it loses", () => {
    wasm.captureOpen(l16, 16_000, 16_000, 20);
    for (let i = 0; i < 100; i++) {
      input.fill((i + 1) / 200);
      wasm.capturePush(320);
    }
    expect([wasm.captureStat(0), wasm.captureStat(1)]).toEqual([50, 49]);
    let taken = 0;
    while (wasm.captureTake() > 0) taken++;
    expect(taken).toBe(50);
    wasm.capturePush(320);
    expect(wasm.captureTake()).toBe(640);
  });

  test("refuses a codec, rate or frame length it does not know, and takes nothing before it is opened", () => {
    expect(wasm.captureOpen(9, 8000, 48_000, 20)).toBe(-1);
    expect(wasm.captureOpen(pcmu, 16_000, 48_000, 20)).toBe(-1);
    expect(wasm.captureOpen(l16, 11_025, 48_000, 20)).toBe(-1);
    expect(wasm.captureOpen(l16, 48_000, 48_000, 61)).toBe(-1);
    expect(wasm.captureOpen(l16, 16_000, 48_000, 0)).toBe(-1);
    expect(wasm.captureOpen(l16, 16_000, 4000, 20)).toBe(-1);
    wasm.capturePush(128);
    expect(wasm.captureTake()).toBe(0);
  });

  test("writes nothing outside its buffers, whatever the schedule", () => {
    const at = (global: WebAssembly.Global) => global.value as number;
    const intact = paintGuards(wasm.memory, [
      { name: "input", start: wasm.inputPtr(), bytes: 16_384 },
      { name: "output", start: wasm.outputPtr(), bytes: 16_384 },
      { name: "samples", start: at(wasm.CAPTURE_SAMPLES), bytes: 2048 },
      { name: "frame", start: at(wasm.CAPTURE_FRAME), bytes: 5760 },
      { name: "bytes", start: at(wasm.CAPTURE_BYTES), bytes: 5760 },
      { name: "ring", start: at(wasm.RING), bytes: at(wasm.RING_BYTES) },
      { name: "history", start: at(wasm.RESAMPLER_HISTORY), bytes: 8192 * 4 },
      { name: "table", start: at(wasm.RESAMPLER_TABLE), bytes: 33_792 * 4 },
    ]);
    const formats = [
      [l16, 8000],
      [l16, 16_000],
      [l16, 24_000],
      [l16, 48_000],
      [pcmu, 8000],
      [pcma, 8000],
      [g722, 16_000],
    ] as const;
    const steps = fc.array(
      fc.record({ samples: fc.integer({ min: -1, max: 5000 }), mute: fc.boolean(), take: fc.boolean() }),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...formats),
        fc.constantFrom(8000, 16_000, 44_100, 48_000, 192_000),
        fc.integer({ min: 1, max: 60 }),
        steps,
        ([codec, rate], deviceRate, frameMs, schedule) => {
          const frameBytes = wasm.captureOpen(codec, rate, deviceRate, frameMs);
          expect(frameBytes).toBeGreaterThan(0);
          for (let i = 0; i < 4096; i++) input[i] = Math.sin(i * i) * 1.2;
          let taken = 0;
          let pushed = 0;
          for (const { samples, mute, take } of schedule) {
            wasm.captureMute(mute ? 1 : 0);
            wasm.capturePush(samples);
            pushed += Math.min(Math.max(samples, 0), 4096);
            while (take && wasm.captureTake() > 0) taken++;
          }
          while (wasm.captureTake() > 0) taken++;
          expect(taken).toBe(wasm.captureStat(0));
          const frames = wasm.captureStat(0) + wasm.captureStat(1);
          expect(Math.abs(frames - (pushed / deviceRate) * (1000 / frameMs))).toBeLessThanOrEqual(1 + 6 / frameMs);
        },
      ),
      { seed: 3, numRuns: 150 },
    );
    intact();
  });
});
