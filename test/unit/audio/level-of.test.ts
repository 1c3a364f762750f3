import { expect, test } from "vitest";
import { levelOf } from "../../../lib/audio/level-of.ts";

/** One second at 48 kHz. */
const sine = (frequencyHz: number, gain: number): Float32Array =>
  Float32Array.from({ length: 48_000 }, (_, i) => gain * Math.sin((2 * Math.PI * frequencyHz * i) / 48_000));

test("a level is the peak of either sign, and the root mean square", () => {
  expect(levelOf(Float32Array.of(0, 0.25, -0.75, 0.5))).toEqual({ peak: 0.75, rms: Math.sqrt(0.875 / 4) });
  expect(levelOf(Float32Array.of(-1, -1))).toEqual({ peak: 1, rms: 1 });
  expect(levelOf(new Float32Array(8))).toEqual({ peak: 0, rms: 0 });
});

test("a level counts nothing from before its beginning", () => {
  expect(levelOf(Float32Array.of(1, 1, 0.5, -0.5), { from: 2 })).toEqual({ peak: 0.5, rms: 0.5 });
});

test.each([100, 440, 1000, 3333])("one sample in five of %d Hz is as loud as all of them", (frequencyHz) => {
  const samples = sine(frequencyHz, 0.3);
  const [all, some] = [levelOf(samples), levelOf(samples, { step: 5 })];
  expect(some.rms).toBeCloseTo(all.rms, 3);
  expect(some.peak).toBeGreaterThan(0.99 * all.peak);
});
