import { beforeAll, describe, expect, it } from "vitest";
import { Concealer } from "./harness.ts";
import { largestStep, noise, rms, snrDb, tones, voice } from "./signals.ts";

beforeAll(async () => void (await Concealer.open(8000)), 300_000);

const RATES = [8000, 16_000, 24_000, 48_000];

/** Gives the concealer 20 ms packets. */
function play(concealer: Concealer, samples: readonly number[], rate: number): number[] {
  const packet = rate / 50;
  const heard: number[] = [];
  for (let i = 0; i < samples.length; i += packet) heard.push(...concealer.good(samples.slice(i, i + packet)));
  return heard;
}

function lose(concealer: Concealer, ms: number, rate: number): number[] {
  const out: number[] = [];
  for (let done = 0; done < ms; done += 10) out.push(...concealer.lost(rate / 100));
  return out;
}

describe.each(RATES)("concealment at %i Hz", (rate) => {
  const perMs = rate / 1000;

  it("passes received packets untouched", async () => {
    const concealer = await Concealer.open(rate);
    const samples = voice(rate, 200);
    expect(play(concealer, samples, rate)).toEqual(samples);
  });

  it("continues a periodic sound, one packet lost", async () => {
    const concealer = await Concealer.open(rate);
    const samples = tones(rate, 140, [200, 400, 600, 800], 12_000);
    play(concealer, samples.slice(0, 100 * perMs), rate);
    const gap = lose(concealer, 20, rate);
    expect(snrDb(samples.slice(100 * perMs, 120 * perMs), gap)).toBeGreaterThan(25);
  });

  it("meets the next packet in phase where the pitch glides", async () => {
    const samples = voice(rate, 400, { pitchHz: 110, glideHz: 40 });
    let one = 0;
    let two = 0;
    for (let at = 100; at < 360; at += 20) {
      const past = samples.slice(0, at * perMs);
      const gap = samples.slice(at * perMs, (at + 20) * perMs);
      const next = samples.slice((at + 20) * perMs, (at + 40) * perMs);
      const oneSided = await Concealer.open(rate);
      play(oneSided, past, rate);
      one += snrDb(gap, lose(oneSided, 20, rate));
      const twoSided = await Concealer.open(rate);
      play(twoSided, past, rate);
      two += snrDb(gap, twoSided.fill(20 * perMs, next));
    }
    expect(two / 13).toBeGreaterThan(one / 13 + 2);
    expect(two / 13).toBeGreaterThan(4);
  });

  it("is silent 120 ms into a loss when no background was heard", async () => {
    const concealer = await Concealer.open(rate);
    play(concealer, voice(rate, 200), rate);
    const gap = lose(concealer, 160, rate);
    expect(rms(gap.slice(0, 20 * perMs))).toBeGreaterThan(500);
    expect(gap.slice(120 * perMs).every((value) => value === 0)).toBe(true);
  });

  it("goes on with the background noise when the speech has faded", async () => {
    const concealer = await Concealer.open(rate);
    play(concealer, noise(rate, 400, 50), rate);
    play(concealer, voice(rate, 200), rate);
    const level = rms(lose(concealer, 600, rate).slice(150 * perMs));
    expect(level).toBeGreaterThan(50 / 1.6);
    expect(level).toBeLessThan(50 * 1.6);
  });

  it("finds the background noise again after digital silence", async () => {
    const concealer = await Concealer.open(rate);
    play(concealer, noise(rate, 200, 50), rate);
    play(concealer, new Array<number>(200 * perMs).fill(0), rate);
    play(concealer, noise(rate, 8000, 50), rate);
    expect(rms(lose(concealer, 600, rate).slice(150 * perMs))).toBeGreaterThan(25);
  });

  it("joins at both ends without a click", async () => {
    const samples = voice(rate, 300);
    for (const lostMs of [10, 20, 60, 100]) {
      const concealer = await Concealer.open(rate);
      const before = samples.slice(0, 120 * perMs);
      const after = samples.slice((120 + lostMs) * perMs, (160 + lostMs) * perMs);
      play(concealer, before, rate);
      const heard = [...before.slice(-perMs), ...lose(concealer, lostMs, rate), ...concealer.good(after)];
      expect(largestStep(heard)).toBeLessThan(largestStep(samples) * 1.3);
    }
  });

  it("leaves the packet after a two-sided gap as it came, also in the middle of a loss", async () => {
    const samples = voice(rate, 300);
    for (const heldAfterMs of [0, 10, 40, 130]) {
      const concealer = await Concealer.open(rate);
      play(concealer, samples.slice(0, 100 * perMs), rate);
      lose(concealer, heldAfterMs, rate);
      const next = samples.slice(200 * perMs, 220 * perMs);
      concealer.fill(20 * perMs, next);
      expect(concealer.good(next)).toEqual(next);
    }
  });

  it("fills the same gap at once, in parts, and prepared ahead of time", async () => {
    const samples = voice(rate, 400);
    const next = samples.slice(200 * perMs, 220 * perMs);
    const start = async () => {
      const concealer = await Concealer.open(rate);
      play(concealer, samples.slice(0, 120 * perMs), rate);
      return concealer;
    };
    const whole = (await start()).fill(80 * perMs, next);
    expect((await start()).fillInParts(80 * perMs, next, { part: 10 * perMs })).toEqual(whole);
    expect((await start()).fillInParts(80 * perMs, next, { part: 10 * perMs, stepAhead: 2 })).toEqual(whole);
    expect((await start()).fillInParts(80 * perMs, next, { part: 10 * perMs, stepAhead: 9 })).toEqual(whole);
  });

  it("fills gaps of any length", async () => {
    const samples = voice(rate, 400);
    const next = samples.slice(200 * perMs, 220 * perMs);
    for (const n of [
      1,
      2,
      3,
      5,
      13,
      perMs + 1,
      7 * perMs,
      159 * perMs + 3,
      160 * perMs,
      163 * perMs + 1,
      300 * perMs,
    ]) {
      const concealer = await Concealer.open(rate);
      play(concealer, samples.slice(0, 120 * perMs), rate);
      const gap = concealer.fill(n, next);
      expect(gap).toHaveLength(n);
      expect(Math.max(...gap.map(Math.abs))).toBeLessThan(20_000);
      expect(concealer.good(next)).toEqual(next);
    }
  });

  it("conceals from the past alone when too little of the future is known or the gap is too long", async () => {
    const samples = voice(rate, 300);
    const next = samples.slice(200 * perMs, 220 * perMs);
    const concealer = await Concealer.open(rate);
    play(concealer, samples.slice(0, 100 * perMs), rate);
    expect(() => concealer.fillInParts(160 * perMs + 1, next, { part: 10 * perMs })).toThrow(RangeError);
    expect(() => concealer.fillInParts(20 * perMs, next.slice(0, 10 * perMs - 1), { part: 10 * perMs })).toThrow(
      RangeError,
    );
    expect(() => concealer.fillInParts(0, next, { part: 10 * perMs })).toThrow(RangeError);
    const alone = await Concealer.open(rate);
    play(alone, samples.slice(0, 100 * perMs), rate);
    expect(concealer.fill(20 * perMs, next.slice(0, 10 * perMs - 1))).toEqual(alone.lost(20 * perMs));
  });

  it("starts the next utterance untouched after the end of one", async () => {
    const concealer = await Concealer.open(rate);
    const samples = voice(rate, 200);
    play(concealer, samples, rate);
    lose(concealer, 30, rate);
    concealer.core.concealEnd();
    expect(concealer.good(samples.slice(0, 20 * perMs))).toEqual(samples.slice(0, 20 * perMs));
  });

  it("is the same after a reset as at the start", async () => {
    const concealer = await Concealer.open(rate);
    const run = () => {
      const samples = voice(rate, 300);
      play(concealer, [...noise(rate, 100, 40), ...samples.slice(0, 100 * perMs)], rate);
      return [...lose(concealer, 50, rate), ...concealer.fill(30 * perMs, samples.slice(180 * perMs, 200 * perMs))];
    };
    const first = run();
    concealer.core.concealReset();
    expect(run()).toEqual(first);
  });
});

it("refuses sample rates it was not made for", async () => {
  const { core } = await Concealer.open(8000);
  for (const rate of [0, -1, 7999, 11_025, 32_000, 44_100, 96_000]) expect(core.concealOpen(rate)).toBe(-1);
});
