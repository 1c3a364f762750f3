import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compileEntry } from "./compile.ts";
import { seededGaussian } from "./support/random.ts";
import { makeSpeech } from "./support/speech.ts";

interface Agc {
  readonly memory: WebAssembly.Memory;
  scratchPtr(): number;
  agcOpen(sampleRate: number, targetRms: number, largestGain: number): void;
  agcRun(at: number, samples: number, speech: number): void;
  agcGain(): number;
  limit(at: number, samples: number, gain: number, stepSamples: number): number;
}

let agc: Agc;
const sampleRate = 16000;
const frameSamples = 160;
const target = 3277;

const scratch = (samples: number) => new Float32Array(agc.memory.buffer, agc.scratchPtr(), samples);
const rmsOf = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
const decibels = (ratio: number) => 20 * Math.log10(ratio);

function run(samples: Float32Array, isSpeech: (frame: number) => boolean = () => true): Float32Array {
  const result = new Float32Array(samples.length);
  for (let at = 0; at + frameSamples <= samples.length; at += frameSamples) {
    scratch(frameSamples).set(samples.subarray(at, at + frameSamples));
    agc.agcRun(agc.scratchPtr(), frameSamples, isSpeech(at / frameSamples) ? 1 : 0);
    result.set(scratch(frameSamples), at);
  }
  return result;
}

function noise(seconds: number, rms: number, seed: number): Float32Array {
  const next = seededGaussian(seed);
  return new Float32Array(seconds * sampleRate).map(() => next() * rms);
}

describe("automatic gain control", () => {
  beforeAll(async () => {
    agc = (await compileEntry("agc")).exports as unknown as Agc;
  }, 120_000);
  beforeEach(() => agc.agcOpen(sampleRate, target, 16));

  it.each([
    ["18 dB too quiet", 0.125],
    ["8 dB too quiet", 0.4],
    ["right", 1],
    ["8 dB too loud", 2.5],
  ])("brings speech that is %s to the target within 3 dB", async (_name, factor) => {
    const speech = Float32Array.from(await makeSpeech({ seconds: 20, sampleRate, seed: 722 }, 5));
    const active = (from: number, samples: Float32Array) => {
      const frames: number[] = [];
      for (let at = from; at + frameSamples <= samples.length; at += frameSamples) {
        frames.push(rmsOf(samples.subarray(at, at + frameSamples)));
      }
      const loudest = Math.max(...frames);
      const heard = frames.filter((rms) => rms > loudest / 30);
      return Math.sqrt(heard.reduce((sum, rms) => sum + rms * rms, 0) / heard.length);
    };
    const scale = (target * factor) / active(0, speech);
    const samples = speech.map((value) => value * scale);
    const output = run(samples, (frame) => rmsOf(samples.subarray(frame * 160, frame * 160 + 160)) > 20);
    expect(Math.abs(decibels(active(6 * sampleRate, output) / target))).toBeLessThan(3);
  });

  it("holds its gain in a pause, so that the background is not pumped up", () => {
    run(noise(3, 1600, 1));
    const before = agc.agcGain();
    const pause = run(noise(10, 20, 2), () => false);
    expect(agc.agcGain()).toBe(before);
    expect(rmsOf(pause)).toBeCloseTo(20 * before, 0);
  });

  it("never changes the gain faster than +6 dB/s and -20 dB/s", () => {
    run(noise(1, 100, 3));
    expect(decibels(agc.agcGain())).toBeGreaterThan(5);
    expect(decibels(agc.agcGain())).toBeLessThan(6.2);
    const before = agc.agcGain();
    run(noise(0.5, 25000, 4));
    expect(decibels(before / agc.agcGain())).toBeGreaterThan(6);
    expect(decibels(before / agc.agcGain())).toBeLessThan(10.2);
  });

  it("stays between -18 dB and the largest gain asked for", () => {
    agc.agcOpen(sampleRate, target, 4);
    run(noise(5, 30, 5));
    expect(agc.agcGain()).toBe(4);
    run(noise(5, 100000, 6));
    expect(agc.agcGain()).toBe(0.125);
  });

  it("follows a quieter talker who takes over from a loud one", () => {
    run(noise(3, 8000, 7));
    run(noise(12, 400, 8));
    expect(decibels((agc.agcGain() * 400) / target)).toBeCloseTo(0, 0);
  });

  it("writes nothing beside its frame", () => {
    const view = scratch(frameSamples + 32);
    for (const samples of [4, 80, 160]) {
      view.fill(12345.5);
      view.fill(30000, 16, 16 + samples);
      agc.agcRun(agc.scratchPtr() + 64, samples, 1);
      expect(view.subarray(0, 16).every((value) => value === 12345.5)).toBe(true);
      expect(view.subarray(16 + samples).every((value) => value === 12345.5)).toBe(true);
    }
  });

  it("gives finite samples within full scale for any input", () => {
    const rude = noise(1, 60000, 9);
    for (let at = 0; at < rude.length; at += 37) rude[at] = [Number.NaN, Infinity, -Infinity, 1e30][at % 4] ?? 0;
    const output = run(rude);
    expect(output.every((value) => Math.abs(value) <= 32767)).toBe(true);
    expect(Number.isFinite(agc.agcGain())).toBe(true);
  });
});

describe("the limiter", () => {
  it("rises smoothly and without end towards full scale, and leaves what is below -3 dBFS alone", () => {
    const ramp = new Float32Array(4000).map((_, at) => at * 8);
    scratch(4000).set(ramp);
    agc.limit(agc.scratchPtr(), 4000, 0.999999, 4000);
    const bent = scratch(4000).slice();
    for (let at = 1; at < 4000; at++) {
      const rise = (bent[at] ?? 0) - (bent[at - 1] ?? 0);
      expect(rise).toBeGreaterThan(0);
      expect(rise).toBeLessThan(8.01);
      if (at * 8 < 23190) expect(bent[at]).toBeCloseTo(at * 8, 0);
    }
    expect(bent[3999]).toBeLessThan(32767);
  });

  it("turns a burst down within two milliseconds and gives the gain back in half a second", () => {
    let gain = 1;
    scratch(160).fill(60000);
    gain = agc.limit(agc.scratchPtr(), 160, gain, 16);
    expect(gain).toBeCloseTo(32767 / 60000, 3);
    expect(scratch(160)[40]).toBeCloseTo(scratch(160)[159] ?? 0, 0);
    let passedMs = 0;
    for (; gain < 0.95; passedMs += 10) {
      scratch(160).fill(100);
      gain = agc.limit(agc.scratchPtr(), 160, gain, 16);
    }
    expect(passedMs).toBeGreaterThan(150);
    expect(passedMs).toBeLessThan(500);
  });
});
