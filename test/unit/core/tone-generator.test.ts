import { expect, test } from "vitest";
import { CoreError, dtmfDigits, ToneGenerator } from "../../../lib/core/index.ts";
import { amplitudeAt, freshSignals } from "./core.ts";

const rate = 48_000;

test("every digit sounds at its two frequencies and at the level asked for", () => {
  const generator = new ToneGenerator(freshSignals(), { sampleRate: rate });
  const signal = new Float32Array(rate / 5);
  for (const [index, digit] of [...dtmfDigits].entries()) {
    generator.start(digit, { levelDbm0: -6 });
    generator.pull(signal);
    const expected = 10 ** ((-6 - 3.17) / 20);
    const steady = signal.subarray(480);
    expect(amplitudeAt(steady, [697, 770, 852, 941][index >> 2]!, rate)).toBeCloseTo(expected, 3);
    expect(amplitudeAt(steady, [1209, 1336, 1477, 1633][index & 3]!, rate)).toBeCloseTo(expected, 3);
  }
});

test("a digit of 100 ms ends by itself; a lower-case one is the same digit", () => {
  const generator = new ToneGenerator(freshSignals(), { sampleRate: rate });
  generator.start("d", { durationMs: 100 });
  expect(generator.active).toBe(true);
  const signal = new Float32Array(rate / 5);
  generator.pull(signal);
  expect(generator.active).toBe(false);
  expect(amplitudeAt(signal.subarray(480, 4800), 1633, rate)).toBeGreaterThan(0.1);
  expect(signal.subarray(5200).every((value) => value === 0)).toBe(true);
});

test("progress tones and sines go by name and frequency, and stop", () => {
  const generator = new ToneGenerator(freshSignals(), { sampleRate: rate });
  const signal = new Float32Array(rate / 10);
  generator.start("dial");
  generator.pull(signal);
  expect(amplitudeAt(signal, 440, rate)).toBeGreaterThan(0.1);
  generator.start({ hz: 425, secondHz: 900 });
  generator.pull(signal);
  expect(amplitudeAt(signal, 425, rate)).toBeGreaterThan(0.1);
  expect(amplitudeAt(signal, 900, rate)).toBeGreaterThan(0.1);
  generator.stop();
  generator.pull(signal);
  generator.pull(signal);
  expect(signal.every((value) => value === 0)).toBe(true);
});

test.each(["", "X", "12", "fax"])("refuses the tone %j", (tone) => {
  const generator = new ToneGenerator(freshSignals(), { sampleRate: rate });
  expect(() => generator.start(tone)).toThrow(CoreError);
});
