import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { firstDifference } from "../../../support/difference.ts";
import { largestStep, noise, rms, tones, voice } from "../conceal/signals.ts";
import { anySound } from "../conceal/sounds.ts";
import { Stretcher } from "./harness.ts";

beforeAll(async () => void (await Stretcher.open(8000)), 300_000);

const DTMF_LOW = [697, 770, 852, 941];
const DTMF_HIGH = [1209, 1336, 1477, 1633];
/** Dial, ringback, busy tones of North America and Europe. */
const CALL_TONES = [[350, 440], [440, 480], [480, 620], [425]];

describe.each([8000, 16_000, 24_000, 48_000])("stretching at %i Hz", (rate) => {
  const perMs = rate / 1000;

  it("plays everything untouched at normal speed", async () => {
    const stretcher = await Stretcher.open(rate);
    const samples = voice(rate, 300);
    expect(firstDifference(stretcher.play(samples, rate, { speed: 1 }), samples)).toBe(-1);
  });

  it.each([1.1, 1.25, 0.88])("plays a voice at %d times the speed without a click", async (speed) => {
    const stretcher = await Stretcher.open(rate);
    const samples = voice(rate, 2000);
    const heard = stretcher.play(samples, rate, { speed });
    expect(samples.length / heard.length).toBeGreaterThan(speed - 0.03);
    expect(samples.length / heard.length).toBeLessThan(speed + 0.03);
    expect(largestStep(heard)).toBeLessThan(largestStep(samples) * 1.2);
    expect(rms(heard) / rms(samples)).toBeCloseTo(1, 1);
  });

  it("makes good what noisy sounds leave unpaid", async () => {
    const stretcher = await Stretcher.open(rate);
    const samples = Array.from({ length: 8 }, (_, i) => [
      ...voice(rate, 160, { seed: i, pitchHz: 100 + 10 * i }),
      ...noise(rate, 60, 1000, i),
    ]).flat();
    const heard = stretcher.play(samples, rate, { speed: 1.5 });
    expect(samples.length / heard.length).toBeGreaterThan(1.46);
  });

  it("accounts for every sample", async () => {
    const stretcher = await Stretcher.open(rate);
    const { core } = stretcher;
    const samples = voice(rate, 600);
    let fed = 0;
    let heard = 0;
    for (let tick = 0; tick < 60; tick++) {
      fed += stretcher.feed(samples.slice(fed, fed + 30 * perMs));
      heard += stretcher.pull(10 * perMs, [1.5, 0.88, 1, 1.25][tick >> 4] as number).length;
      const held = core.stretchHeld() + core.stretchReady();
      expect(fed).toBe(heard + held + core.stretchRemoved() - core.stretchInserted());
    }
    expect(core.stretchRemoved()).toBeGreaterThan(0);
    expect(core.stretchInserted()).toBeGreaterThan(0);
  });

  it("leaves tones and digits alone", async () => {
    const digits = DTMF_LOW.flatMap((low) => DTMF_HIGH.map((high) => [low, high]));
    for (const frequencies of [...digits, ...CALL_TONES]) {
      for (const speed of [1.5, 0.88]) {
        const stretcher = await Stretcher.open(rate);
        const samples = tones(rate, 400, frequencies, 8000);
        expect(firstDifference(stretcher.play(samples, rate, { speed }), samples)).toBe(-1);
      }
    }
  });

  it("leaves a row of digits and the pauses between them alone", async () => {
    const pause = new Array<number>(40 * perMs).fill(0);
    const row = DTMF_LOW.flatMap((low, i) => [...tones(rate, 40, [low, DTMF_HIGH[i] as number], 8000), ...pause]);
    const samples = row.map((value, i) => value + (noise(rate, 1, 50, i + 1)[0] as number));
    const stretcher = await Stretcher.open(rate);
    expect(stretcher.play(samples, rate, { speed: 1.5 }).slice(0, row.length - pause.length)).toEqual(
      samples.slice(0, row.length - pause.length),
    );
  });

  it("cuts quiet by the longest splices", async () => {
    const stretcher = await Stretcher.open(rate);
    const samples = noise(rate, 1000, 15);
    const heard = stretcher.play(samples, rate, { speed: 1.5 });
    expect(stretcher.core.stretchSpliceLag(0)).toBe(15 * perMs);
    expect(samples.length / heard.length).toBeGreaterThan(1.4);
  });

  it("does not touch noise that resembles itself nowhere, until much is owed", async () => {
    const stretcher = await Stretcher.open(rate);
    const samples = noise(rate, 100, 3000);
    expect(firstDifference(stretcher.play(samples, rate, { speed: 1.1 }), samples)).toBe(-1);
  });

  it("gives up the newest samples when trimmed and goes on with what follows", async () => {
    const stretcher = await Stretcher.open(rate);
    const samples = voice(rate, 60);
    stretcher.feed(samples);
    expect(stretcher.core.stretchTrim(25 * perMs)).toBe(35 * perMs);
    expect(stretcher.core.stretchTrim(25 * perMs)).toBe(0);
    stretcher.feed(samples.slice(0, 5 * perMs));
    expect(stretcher.pull(40 * perMs, 1)).toEqual([...samples.slice(0, 25 * perMs), ...samples.slice(0, 5 * perMs)]);
    stretcher.feed(samples.slice(0, 12 * perMs));
    expect(stretcher.core.stretchTrim(0)).toBe(12 * perMs);
    expect(stretcher.pull(10 * perMs, 1)).toEqual([]);
  });

  it("takes what there is room for", async () => {
    const stretcher = await Stretcher.open(rate);
    expect(stretcher.core.stretchRoom()).toBe(120 * perMs);
    expect(stretcher.feed(voice(rate, 130))).toBe(120 * perMs);
    expect(stretcher.core.stretchRoom()).toBe(0);
    expect(stretcher.feed([1, 2, 3])).toBe(0);
    stretcher.pull(10 * perMs, 1);
    expect(stretcher.core.stretchRoom()).toBe(10 * perMs);
  });
});

describe("stretching of any input", () => {
  const step = fc.record({
    sound: anySound,
    feed: fc.integer({ min: 0, max: 2000 }),
    pull: fc.integer({ min: 0, max: 1000 }),
    speed: fc.constantFrom(1, 1.1, 1.25, 1.5, 2, 0.88, 0.5, 0, -1, 1e9, NaN, Infinity),
    trim: fc.option(fc.integer({ min: -10, max: 3000 }), { freq: 8, nil: undefined }),
  });

  it("plays int16 values, counts every sample and writes nothing beside its spans", async () => {
    const stretcher = await Stretcher.open(8000);
    const { core } = stretcher;
    fc.assert(
      fc.property(
        fc.constantFrom(8000, 16_000, 24_000, 48_000),
        fc.array(step, { minLength: 1, maxLength: 12 }),
        (rate, steps) => {
          core.stretchOpen(rate);
          let fed = 0;
          let heard = 0;
          for (const now of steps) {
            fed += stretcher.feed(now.sound(now.feed));
            const samples = stretcher.pull(now.pull, now.speed);
            heard += samples.length;
            for (const value of samples) {
              if (!(Number.isInteger(value) && value >= -32_768 && value <= 32_767)) expect.fail(`heard ${value}`);
            }
            if (now.trim !== undefined) fed -= core.stretchTrim(now.trim);
            const held = core.stretchHeld() + core.stretchReady();
            const due = heard + held + core.stretchRemoved() - core.stretchInserted();
            if (fed !== due) expect.fail(`${fed} samples went in, ${due} are accounted for`);
            if (!(Math.abs(core.stretchDebt()) <= (60 * rate) / 1000)) expect.fail(`owes ${core.stretchDebt()}`);
          }
        },
      ),
      { numRuns: 1000, seed: 20_261_120 },
    );
  });
});

it("refuses sample rates it was not made for", async () => {
  const { core } = await Stretcher.open(8000);
  for (const rate of [0, -1, 7999, 11_025, 32_000, 44_100, 96_000]) expect(core.stretchOpen(rate)).toBe(-1);
});
