import { describe, expect, test } from "vitest";
import { BlockCodec } from "../../../lib/core/index.ts";
import { freshSignals } from "./core.ts";

const speechLike = new Int16Array(30_001).map((_, i) => 9000 * Math.sin(i * 0.05) * Math.sin(i * 0.0007));

describe.each([
  ["L16", 16_000, 2, 0],
  ["PCMU", 8000, 1, 300],
  ["PCMA", 8000, 1, 300],
] as const)("a block codec for %s", (codec, sampleRate, bytesPerSample, tolerance) => {
  test("decodes what it encoded, in blocks of any length", () => {
    const coder = new BlockCodec(freshSignals(), { codec, sampleRate });
    const bytes = coder.encode(speechLike);
    expect(bytes).toHaveLength(speechLike.length * bytesPerSample);
    const samples = coder.decode(bytes);
    expect(samples).toHaveLength(speechLike.length);
    expect(Math.max(...samples.map((value, i) => Math.abs(value - speechLike[i]!)))).toBeLessThanOrEqual(tolerance);
  });
});

test("G722 remembers from block to block, and leaves an odd last sample out", () => {
  const [whole, parts] = [0, 1].map(() => new BlockCodec(freshSignals(), { codec: "G722", sampleRate: 16_000 }));
  const bytes = whole!.encode(speechLike);
  expect(bytes).toHaveLength(15_000);
  const joined: number[] = [];
  for (let at = 0; at < 30_000; at += 320)
    joined.push(...parts!.encode(speechLike.subarray(at, Math.min(at + 320, 30_000))));
  expect(Uint8Array.from(joined)).toEqual(bytes);
  expect(whole!.decode(bytes)).toHaveLength(30_000);
});

test("an odd last byte of L16 is left out", () => {
  const coder = new BlockCodec(freshSignals(), { codec: "L16", sampleRate: 8000 });
  expect([...coder.decode(Uint8Array.of(1, 0, 2, 0, 3))]).toEqual([1, 2]);
});

test("a codec takes no block that does not fit, and writes only its two areas", () => {
  const { exports, inputBytes, outputBytes } = freshSignals();
  const memory = new Uint8Array(exports.memory.buffer);
  const guards = [inputBytes, outputBytes].flatMap(({ byteOffset, length }) => [byteOffset - 64, byteOffset + length]);
  for (const guard of guards) memory.fill(0xa5, guard, guard + 64);
  const [l16, pcmu, g722] = [0, 1, 3] as const;
  expect(exports.blockEncode(l16, 16_000, 8192)).toBe(16_384);
  expect(exports.blockDecode(pcmu, 8000, 8192)).toBe(16_384);
  expect(exports.blockDecode(g722, 16_000, 4096)).toBe(16_384);
  for (const samples of [8193, 2 ** 30, -1]) expect(exports.blockEncode(l16, 16_000, samples)).toBe(-1);
  for (const bytes of [8193, 2 ** 30, -1]) expect(exports.blockDecode(pcmu, 8000, bytes)).toBe(-1);
  expect(exports.blockDecode(g722, 16_000, 4097)).toBe(-1);
  expect(exports.blockEncode(7, 8000, 10)).toBe(-1);
  for (const guard of guards) expect(memory.subarray(guard, guard + 64).every((byte) => byte === 0xa5)).toBe(true);
});
