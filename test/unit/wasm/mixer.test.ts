import * as fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compileEntry } from "./compile.ts";
import { seededGaussian, seededRandom } from "./support/random.ts";

interface Mixer {
  readonly memory: WebAssembly.Memory;
  mixerOpen(sampleRate: number, frameSamples: number): number;
  mixerReset(slot: number): void;
  mixerInputPtr(slot: number): number;
  mixerOutputPtr(slot: number): number;
  mixerSetGain(slot: number, gain: number): void;
  mixerSetHears(slot: number, mask: number): void;
  mixerLevel(slot: number): number;
  mixerRun(talkers: number, listeners: number): void;
}

let mixer: Mixer;
const frameSamples = 160;
const knee = 23197;

const input = (slot: number, samples = frameSamples) =>
  new Float32Array(mixer.memory.buffer, mixer.mixerInputPtr(slot), samples);
const output = (slot: number, samples = frameSamples) =>
  new Float32Array(mixer.memory.buffer, mixer.mixerOutputPtr(slot), samples);
const maskOf = (slots: readonly number[]) => slots.reduce((mask, slot) => mask | (1 << slot), 0);

function noise(slot: number, rms: number, samples = frameSamples): Float32Array {
  const next = seededGaussian(slot + 1);
  return new Float32Array(samples).map(() => next() * rms);
}

function talk(slot: number, frame: Float32Array): Float32Array {
  input(slot, frame.length).set(frame);
  return frame;
}

const peakOf = (samples: Float32Array) => samples.reduce((top, value) => Math.max(top, Math.abs(value)), 0);

describe("the mixer", () => {
  beforeAll(async () => {
    mixer = (await compileEntry("mixer")).exports as unknown as Mixer;
  }, 120_000);
  beforeEach(() => {
    expect(mixer.mixerOpen(16000, frameSamples)).toBe(0);
  });

  it("gives each of 32 slots the sum of the 31 others", () => {
    const slots = Array.from({ length: 32 }, (_, slot) => slot);
    const frames = slots.map((slot) => talk(slot, noise(slot, 400)));
    mixer.mixerRun(-1, -1);
    for (const slot of slots) {
      const mix = output(slot);
      for (let at = 0; at < frameSamples; at++) {
        const others = frames.reduce((sum, frame, other) => (other === slot ? sum : sum + (frame[at] ?? 0)), 0);
        expect(Math.abs((mix[at] ?? 0) - others)).toBeLessThan(0.01);
      }
    }
  });

  it("passes a single talker to a listener bit for bit, up to -3 dBFS", () => {
    const frame = talk(
      3,
      noise(3, 5000).map((value) => Math.max(-knee, Math.min(knee, value))),
    );
    mixer.mixerRun(maskOf([3]), maskOf([3, 9]));
    expect(output(9)).toEqual(frame);
    expect(peakOf(output(3))).toBe(0);
  });

  it("does not make a talker quieter when others are connected or talk", () => {
    const frame = noise(0, 2000);
    for (const talkers of [[0], [0, 1], [0, 1, 2, 3, 4, 5]]) {
      talk(0, frame);
      for (const other of talkers.slice(1)) talk(other, new Float32Array(frameSamples));
      mixer.mixerRun(maskOf(talkers), -1);
      expect(output(31)).toEqual(frame);
    }
  });

  it("keeps 32 shouting talkers inside full scale, and loud", () => {
    const random = seededRandom(3);
    for (let round = 0; round < 20; round++) {
      for (let slot = 0; slot < 32; slot++) talk(slot, noise(slot + round * 32, 3000 + random() * 12000));
      mixer.mixerRun(-1, -1);
      for (let slot = 0; slot < 32; slot++) expect(peakOf(output(slot))).toBeLessThanOrEqual(32767);
      expect(peakOf(output(5))).toBeGreaterThan(20000);
    }
  });

  it("turns a loud pair down smoothly instead of clipping it: a tone stays a tone", () => {
    mixer.mixerOpen(16000, 160);
    const tone = (round: number) =>
      new Float32Array(160).map((_, at) => 30000 * Math.sin((2 * Math.PI * 500 * (round * 160 + at)) / 16000));
    let distortion = 1;
    for (let round = 0; round < 30; round++) {
      talk(0, tone(round));
      talk(1, tone(round));
      mixer.mixerRun(3, 4);
      const mix = output(2);
      let real = 0;
      let imaginary = 0;
      let power = 0;
      mix.forEach((value, at) => {
        real += value * Math.cos((2 * Math.PI * 500 * at) / 16000);
        imaginary += value * Math.sin((2 * Math.PI * 500 * at) / 16000);
        power += value * value;
      });
      distortion = 1 - ((real * real + imaginary * imaginary) * 2) / 160 / power;
    }
    // A hard clip of this sum leaves 4 % of its power outside the tone.
    expect(distortion).toBeLessThan(0.005);
  });

  it("is transparent again within a second after a loud passage", () => {
    talk(0, noise(0, 30000));
    mixer.mixerRun(1, 2);
    for (let round = 0; round < 200; round++) {
      talk(0, noise(1, 3000));
      mixer.mixerRun(1, 2);
    }
    const frame = talk(0, noise(2, 3000));
    mixer.mixerRun(1, 2);
    expect(output(1)).toEqual(frame);
  });

  it("reaches a new gain by a ramp over one frame, without a step", () => {
    const constant = new Float32Array(frameSamples).fill(10000);
    mixer.mixerSetGain(0, 0.5);
    talk(0, constant);
    mixer.mixerRun(1, 2);
    const first = output(1).slice();
    expect(first[frameSamples - 1]).toBeCloseTo(5000, 0);
    for (let at = 1; at < frameSamples; at++)
      expect(Math.abs((first[at] ?? 0) - (first[at - 1] ?? 0))).toBeLessThan(40);
    talk(0, constant);
    mixer.mixerRun(1, 2);
    expect(output(1).every((value) => value === 5000)).toBe(true);
    expect(mixer.mixerLevel(0)).toBeCloseTo(5000, 1);
  });

  it("takes no gain that is none, below 0 or above 8", () => {
    const reached = (gain: number): number => {
      mixer.mixerSetGain(0, gain);
      for (let run = 0; run < 2; run++) {
        talk(0, new Float32Array(frameSamples).fill(1000));
        mixer.mixerRun(1, 2);
      }
      return mixer.mixerLevel(0);
    };
    const gains = [Number.NaN, -3, Number.NEGATIVE_INFINITY, 100, Number.POSITIVE_INFINITY, 8, 2, 0];
    expect(gains.map((gain) => Math.round(reached(gain)))).toEqual([0, 0, 0, 8000, 8000, 8000, 2000, 0]);
  });

  it("lets a slot hear exactly those its mask names, itself never, and the others all", () => {
    const frames = [0, 1, 2, 3].map((slot) => noise(slot, 800));
    mixer.mixerSetHears(0, maskOf([0, 2]));
    mixer.mixerSetHears(1, 0);
    const run = () => {
      frames.forEach((frame, slot) => {
        talk(slot, frame);
      });
      mixer.mixerRun(maskOf([0, 1, 2, 3]), maskOf([0, 1, 2, 9]));
    };
    run(); // the frame of the cross-fade
    run();
    expect(output(0)).toEqual(frames[2]);
    expect(peakOf(output(1))).toBe(0);
    const heard: readonly (readonly [slot: number, others: readonly number[]])[] = [
      [2, [0, 1, 3]],
      [9, [0, 1, 2, 3]],
    ];
    for (const [slot, others] of heard) {
      output(slot).forEach((value, at) => {
        const sum = others.reduce<number>((sum, other) => sum + frames[other]![at]!, 0);
        expect(Math.abs(value - sum)).toBeLessThan(0.01);
      });
    }
    mixer.mixerReset(0);
    run();
    run();
    expect(Math.abs(output(0)[80]! - (frames[1]![80]! + frames[2]![80]! + frames[3]![80]!))).toBeLessThan(0.01);
  });

  it("lets somebody in and out of hearing without a step", () => {
    const constant = new Float32Array(frameSamples).fill(12000);
    const run = () => {
      talk(0, constant);
      mixer.mixerRun(1, 2);
      return output(1).slice();
    };
    expect(run().every((value) => value === 12000)).toBe(true);
    mixer.mixerSetHears(1, 0);
    const out = run();
    expect(run().every((value) => value === 0)).toBe(true);
    mixer.mixerSetHears(1, -1);
    const back = run();
    expect(run().every((value) => value === 12000)).toBe(true);
    // Neither within the frame, nor from the one before it, nor to the one behind it.
    const ends = [out[0]! - 12000, out.at(-1)!, back[0]!, back.at(-1)! - 12000];
    for (const end of ends) expect(Math.abs(end)).toBeLessThan(80);
    for (const ramp of [out, back])
      for (let at = 1; at < frameSamples; at++) expect(Math.abs(ramp[at]! - ramp[at - 1]!)).toBeLessThan(80);
  });

  it("reports the level of each input, and 0 for one that does not talk", () => {
    talk(4, new Float32Array(frameSamples).fill(-1200));
    mixer.mixerRun(1 << 4, -1);
    expect(mixer.mixerLevel(4)).toBeCloseTo(1200, 2);
    mixer.mixerRun(0, -1);
    expect(mixer.mixerLevel(4)).toBe(0);
    expect(peakOf(output(0))).toBe(0);
  });

  it("lets NaN and infinity of one input spoil nobody's mix", () => {
    const spoiled = noise(0, 1000);
    spoiled[7] = Number.NaN;
    spoiled[8] = Number.POSITIVE_INFINITY;
    spoiled[9] = Number.NEGATIVE_INFINITY;
    talk(0, spoiled);
    const frame = talk(1, noise(1, 1000));
    mixer.mixerRun(3, 7);
    expect(output(0).every((value, at) => Math.abs(value - (frame[at] ?? 0)) < 0.1)).toBe(true);
    expect(output(2).every(Number.isFinite)).toBe(true);
    expect(peakOf(output(2))).toBeLessThanOrEqual(32767);
  });

  it("refuses frames it cannot hold", () => {
    for (const samples of [0, 3, 441, 964, -160]) expect(mixer.mixerOpen(48000, samples)).toBe(-1);
    expect(mixer.mixerOpen(48000, 960)).toBe(0);
    expect(mixer.mixerOpen(44100, 128)).toBe(0);
  });

  it("writes only into the slots it was asked for, whatever is mixed", () => {
    const strideBytes = mixer.mixerInputPtr(1) - mixer.mixerInputPtr(0);
    const { buffer } = mixer.memory;
    const guards = (slot: number) =>
      [mixer.mixerInputPtr(slot), mixer.mixerOutputPtr(slot)].map((at) => new Uint8Array(buffer, at - 64, 64));
    expect(strideBytes).toBe(960 * 4 + 64);
    for (let slot = 0; slot < 32; slot++) for (const guard of guards(slot)) guard.fill(0x5a);
    fc.assert(
      fc.property(
        fc.constantFrom(80, 128, 160, 480, 960),
        fc.integer(),
        fc.integer(),
        fc.array(fc.float({ noDefaultInfinity: false, noNaN: false }), { minLength: 8, maxLength: 8 }),
        (samples, talkers, listeners, values) => {
          mixer.mixerOpen(48000, samples);
          for (let slot = 0; slot < 32; slot++) {
            input(slot, 960).fill(77);
            output(slot, 960).fill(77);
            mixer.mixerSetHears(slot, Math.imul(talkers, slot + 3));
            const frame = input(slot, (talkers >>> slot) & 1 ? samples : 0);
            for (let at = 0; at < frame.length; at++) frame[at] = values[(at + slot) & 7] ?? 0;
          }
          mixer.mixerRun(talkers, listeners);
          for (let slot = 0; slot < 32; slot++) {
            for (const buffer of [input(slot, 960), output(slot, 960)])
              if (buffer.subarray(samples).some((value) => value !== 77)) return false;
            const heard = output(slot, samples);
            if ((listeners >>> slot) & 1 && !heard.every((value) => Math.abs(value) <= 32767)) return false;
            if (!(listeners & (1 << slot)) && heard.some((value) => value !== 77)) return false;
            if (guards(slot).some((guard) => guard.some((byte) => byte !== 0x5a))) return false;
          }
          return true;
        },
      ),
      { numRuns: 300, seed: 32 },
    );
  });
});
