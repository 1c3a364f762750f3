import { expect, test } from "vitest";
import { CaptureStream } from "../../../lib/core/index.ts";
import { amplitudeAt, freshCore, sine } from "./core.ts";

test("a capture stream encodes what the microphone heard, in 20 ms frames unless told", () => {
  const stream = new CaptureStream(freshCore(), { format: { codec: "L16", sampleRate: 16_000 }, deviceRate: 48_000 });
  expect(stream.frameBytes).toBe(640);
  const samples: number[] = [];
  const signal = sine(600, 48_000, 1, 0.3);
  for (let at = 0; at < signal.length; at += 128) {
    stream.push(signal.subarray(at, at + 128));
    for (let frame = stream.take(); frame; frame = stream.take()) {
      const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
      for (let i = 0; i < frame.length; i += 2) samples.push(view.getInt16(i, true) / 32_768);
    }
  }
  expect(samples).toHaveLength(49 * 320);
  expect(amplitudeAt(Float32Array.from(samples.slice(1600)), 600, 16_000)).toBeCloseTo(0.3, 4);
  expect(stream.level().peak).toBeCloseTo(0.3, 4);
  expect(stream.stats()).toEqual({ frames: 49, droppedFrames: 0 });
});

test("one long push is the same as many short ones", () => {
  const options = { format: { codec: "PCMU", sampleRate: 8000 }, deviceRate: 44_100, frameMs: 10 } as const;
  const [whole, parts] = [new CaptureStream(freshCore(), options), new CaptureStream(freshCore(), options)];
  const signal = sine(440, 44_100, 0.5);
  whole.push(signal);
  for (let at = 0; at < signal.length; at += 128) parts.push(signal.subarray(at, at + 128));
  for (let frame = whole.take(); frame; frame = whole.take()) expect(frame.slice()).toEqual(parts.take());
  expect(parts.take()).toBeUndefined();
});

test("muting is what the core does, and can be read back", () => {
  const stream = new CaptureStream(freshCore(), { format: { codec: "PCMA", sampleRate: 8000 }, deviceRate: 8000 });
  expect(stream.muted).toBe(false);
  stream.muted = true;
  expect(stream.muted).toBe(true);
  stream.push(new Float32Array(800).fill(0.5));
  stream.take();
  expect(stream.take()!.every((byte) => byte === 0xd5)).toBe(true);
});
