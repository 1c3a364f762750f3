import { beforeAll, describe, expect, it } from "vitest";
import { compileEntry } from "./compile.ts";
import { seededGaussian } from "./support/random.ts";
import { makeSpeech } from "./support/speech.ts";

interface Vad {
  readonly memory: WebAssembly.Memory;
  scratchPtr(): number;
  vadOpen(sampleRate: number, hangoverMs: number): void;
  vadRun(source: number, samples: number): number;
}

let vad: Vad;
const talkRms = 2000;
const partSeconds = 6;
const gapSeconds = 1.5;
const leadSeconds = 3;
/** `npm run test:long` hears them all. */
const voices = process.env["TEST_LONG"] ? 12 : 6;

/** The decision after every 10 ms, the samples given in pieces of `chunkMs`. */
function decisions(samples: Float32Array, sampleRate: number, chunkMs = 10): boolean[] {
  const chunk = (sampleRate * chunkMs) / 1000;
  const result: boolean[] = [];
  for (let at = 0; at + chunk <= samples.length; at += chunk) {
    new Float32Array(vad.memory.buffer, vad.scratchPtr(), chunk).set(samples.subarray(at, at + chunk));
    const active = vad.vadRun(vad.scratchPtr(), chunk) === 1;
    for (let frame = 0; frame < chunkMs / 10; frame++) result.push(active);
  }
  return result;
}

function frameRms(samples: Float32Array, frameSamples: number): number[] {
  return Array.from({ length: Math.floor(samples.length / frameSamples) }, (_, frame) => {
    let sum = 0;
    for (let at = frame * frameSamples; at < (frame + 1) * frameSamples; at++) sum += (samples[at] ?? 0) ** 2;
    return Math.sqrt(sum / frameSamples);
  });
}

/** Voices, each at the same level, with pauses of digital silence between them. */
const cleanByRate = new Map<number, Promise<Float32Array>>();

function cleanSpeech(sampleRate: number): Promise<Float32Array> {
  const known = cleanByRate.get(sampleRate) ?? makeClean(sampleRate);
  cleanByRate.set(sampleRate, known);
  return known;
}

async function makeClean(sampleRate: number): Promise<Float32Array> {
  const speech = await makeSpeech({ seconds: voices * partSeconds, sampleRate, seed: 31 }, partSeconds);
  const part = partSeconds * sampleRate;
  const period = part + gapSeconds * sampleRate;
  const lead = leadSeconds * sampleRate;
  const samples = new Float32Array(lead + voices * period);
  for (let index = 0; index < voices; index++) {
    const voice = Float32Array.from(speech.subarray(index * part, (index + 1) * part));
    const frames = frameRms(voice, sampleRate / 100);
    const loudest = Math.max(...frames);
    const talk = frames.filter((rms) => rms > loudest / 30);
    const rms = Math.sqrt(talk.reduce((sum, value) => sum + value * value, 0) / talk.length);
    samples.set(
      voice.map((value) => (value * talkRms) / rms),
      lead + index * period,
    );
  }
  return samples;
}

type Color = "white" | "pink" | "car";

const whiteNoise = new Map<string, Float32Array>();

function white(samples: number, seed: number): Float32Array {
  const key = `${samples} ${seed}`;
  const next = seededGaussian(seed);
  const noise = whiteNoise.get(key) ?? new Float32Array(samples).map(next);
  whiteNoise.set(key, noise);
  return noise;
}

function background(color: Color, rms: number, samples: number, seed: number): Float32Array {
  let slow = 0;
  let middle = 0;
  let fast = 0;
  const noise = white(samples, seed).map((white) => {
    if (color === "white") return white;
    slow = color === "car" ? 0.98 * slow + white : 0.99765 * slow + white * 0.099046;
    middle = 0.963 * middle + white * 0.2965164;
    fast = 0.57 * fast + white * 1.0526913;
    return color === "car" ? slow : slow + middle + fast + white * 0.1848;
  });
  const power = noise.reduce((sum, value) => sum + value * value, 0) / samples;
  return noise.map((value) => (value * rms) / Math.sqrt(power));
}

interface Score {
  readonly detected: number;
  readonly falseAlarms: number;
  readonly onsetsMs: number[];
  readonly tailsMs: number[];
}

/** Judges decisions by the clean speech: a frame is talk when it is within 25 dB of the talk level and louder than the noise. */
function judge(active: readonly boolean[], clean: Float32Array, noiseRms: number, sampleRate: number): Score {
  const talk = frameRms(clean, sampleRate / 100).map((rms) => rms > Math.max(noiseRms, talkRms * 10 ** (-25 / 20)));
  const untilTalk: number[] = [];
  for (let frame = talk.length - 1, away = Infinity; frame >= 0; frame--) {
    away = talk[frame] ? 0 : away + 1;
    untilTalk[frame] = away;
  }
  let last = -Infinity;
  let talked = 0;
  let detected = 0;
  let quiet = 0;
  let falseAlarms = 0;
  const onsetsMs: number[] = [];
  const tailsMs: number[] = [];
  for (let frame = 200; frame < talk.length; frame++) {
    if (talk[frame]) {
      talked++;
      if (active[frame]) detected++;
      if (frame - last > 100) {
        let begin = frame;
        while (!active[begin] && begin < frame + 100) begin++;
        onsetsMs.push((begin - frame + 1) * 10);
      }
      last = frame;
    } else if (frame - last > 40 && (untilTalk[frame] ?? 0) > 20) {
      quiet++;
      if (active[frame]) falseAlarms++;
    }
    if (frame > last && active[frame - 1] && !active[frame]) tailsMs.push((frame - last) * 10);
  }
  return { detected: detected / talked, falseAlarms: falseAlarms / quiet, onsetsMs, tailsMs };
}

describe("voice activity detection", () => {
  beforeAll(async () => {
    vad = (await compileEntry("vad")).exports as unknown as Vad;
  }, 120_000);

  const cases = [
    ...(["white", "pink", "car"] as Color[]).flatMap((color) => [8000, 16000].map((rate) => [color, rate, 8] as const)),
    ["white", 8000, 25] as const,
    ["car", 16000, 15] as const,
    ["pink", 48000, 15] as const,
  ];

  it.each(cases)("finds speech in %s noise at %i Hz and %i dB, and nothing else", async (color, sampleRate, snrDb) => {
    const clean = await cleanSpeech(sampleRate);
    const noiseRms = talkRms * 10 ** (-snrDb / 20);
    const noise = background(color, noiseRms, clean.length, snrDb);
    vad.vadOpen(sampleRate, 300);
    const active = decisions(
      clean.map((value, at) => value + (noise[at] ?? 0)),
      sampleRate,
    );
    const score = judge(active, clean, noiseRms, sampleRate);
    const median = [...score.onsetsMs].sort((a, b) => a - b)[voices >> 1] ?? Infinity;
    expect(score.onsetsMs.length).toBe(voices);
    expect(median).toBeLessThanOrEqual(30);
    expect(Math.max(...score.onsetsMs)).toBeLessThanOrEqual(snrDb < 15 ? 80 : 60);
    expect(score.detected).toBeGreaterThan(0.99);
    expect(score.falseAlarms).toBeLessThan(0.01);
  });
  it.each(["white", "pink", "car"] as Color[])("hears nothing in two minutes of %s noise", (color) => {
    const noise = background(color, 300, 120 * 16000, 77);
    vad.vadOpen(16000, 300);
    const alarms = decisions(noise, 16000)
      .slice(200)
      .filter((active) => active).length;
    expect(alarms / 11800).toBeLessThan(0.005);
  });

  it("takes a background that grows by 20 dB for what it is within 2.5 s", () => {
    const noise = background("pink", 50, 20 * 16000, 5).map((value, at) => (at < 10 * 16000 ? value : value * 10));
    vad.vadOpen(16000, 300);
    const active = decisions(noise, 16000);
    expect(active.slice(200, 1000)).not.toContain(true);
    expect(active.slice(1250)).not.toContain(true);
  });

  it("lasts as long beyond the last sound as the hangover says", () => {
    for (const hangoverMs of [100, 300, 700]) {
      vad.vadOpen(16000, hangoverMs);
      const burst = background("pink", 3000, 6 * 16000, 8).map((value, at) =>
        at > 32000 && at < 48000 ? value : value / 300,
      );
      const active = decisions(burst, 16000);
      expect(active.indexOf(true)).toBeLessThanOrEqual(203);
      const end = active.lastIndexOf(true) + 1;
      expect(end - 300).toBeGreaterThanOrEqual(hangoverMs / 10);
      expect(end - 300).toBeLessThanOrEqual(hangoverMs / 10 + 2);
    }
  });

  it("hears a quiet voice in a quiet room, and is deaf to a constant and to silence", async () => {
    const whole = await cleanSpeech(16000);
    const noise = background("white", 5, whole.length, 3);
    vad.vadOpen(16000, 300);
    const active = decisions(
      whole.map((value, at) => value / 40 + (noise[at] ?? 0)),
      16000,
    );
    const score = judge(active, whole, 0, 16000);
    expect(score.detected).toBeGreaterThan(0.97);
    expect(score.falseAlarms).toBe(0);
    for (const constant of [0, 1, -20000]) {
      vad.vadOpen(16000, 300);
      expect(decisions(new Float32Array(32000).fill(constant), 16000).slice(100)).not.toContain(true);
    }
  });

  it("decides the same whatever the pieces it is fed", async () => {
    const samples = (await cleanSpeech(16000)).subarray(0, 20 * 16000);
    const run = (chunkMs: number) => {
      vad.vadOpen(16000, 300);
      return decisions(samples, 16000, chunkMs);
    };
    const every10 = run(10);
    const every20 = run(20);
    every20.forEach((active, frame) => {
      if (frame % 2) expect(active).toBe(every10[frame]);
    });
  });

  it("recovers from NaN and infinity", async () => {
    vad.vadOpen(16000, 300);
    decisions(
      Float32Array.from([Number.NaN, Infinity, -Infinity, 1e38].flatMap((value) => new Array(400).fill(value))),
      16000,
    );
    const clean = await cleanSpeech(16000);
    const score = judge(decisions(clean, 16000), clean, 0, 16000);
    expect(score.detected).toBeGreaterThan(0.98);
    expect(score.falseAlarms).toBe(0);
  });
});
