import { describe, expect, it } from "vitest";
import { ringSamples } from "../../../lib/audio/ringtone.ts";

const peakOf = (samples: Float32Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

describe("the ringtone", () => {
  for (const sampleRate of [8000, 44_100, 48_000]) {
    it(`is loud enough and never clips at ${sampleRate} Hz`, () => {
      const peak = peakOf(ringSamples(sampleRate));
      expect(peak).toBeGreaterThan(0.2);
      expect(peak).toBeLessThan(0.5);
    });
  }

  it("begins and ends in silence, so that it is played over and over without a click", () => {
    const samples = ringSamples(48_000);
    expect(Math.abs(samples[0]!)).toBeLessThan(0.001);
    expect(peakOf(samples.subarray(-480))).toBeLessThan(0.005);
  });
});
