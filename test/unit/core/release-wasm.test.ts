import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  BlockCodec,
  CaptureStream,
  coreBytes,
  Mixer,
  PlaybackStream,
  signalsBytes,
  ToneGenerator,
} from "../../../lib/core/index.ts";
import { freshCore, freshSignals } from "./core.ts";

const root = join(import.meta.dirname, "../../..");

beforeAll(() => {
  execFileSync(process.execPath, ["wasm/build.mjs"], { cwd: root });
}, 240_000);

describe.each([
  ["core", coreBytes],
  ["signals", signalsBytes],
] as const)("the release %s.wasm", (name, inlined) => {
  test("imports nothing, never grows its memory, and keeps no table of managed types", async () => {
    const text = await readFile(join(root, `build/${name}.wat`), "utf8");
    expect(text).toMatch(/^\(module/);
    expect(text).not.toMatch(/\(import\b/);
    expect(text).not.toMatch(/memory\.grow/);
    expect(text).not.toMatch(/__new|__alloc|__pin|__rtti/);
    expect(text.match(/^ \(memory /gm)).toHaveLength(1);
  });

  test("is the one inlined in lib/core", async () => {
    expect(Buffer.from(inlined()).equals(await readFile(join(root, `build/${name}.wasm`)))).toBe(true);
  });
});

const format = { codec: "L16", sampleRate: 48_000 } as const;

test("streams do not grow their memory while they run", () => {
  const playing = freshCore();
  const capturing = freshCore();
  const sizes = [playing.exports.memory.buffer.byteLength, capturing.exports.memory.buffer.byteLength];
  const playback = new PlaybackStream(playing, { format, deviceRate: 44_100 });
  const capture = new CaptureStream(capturing, { format, deviceRate: 44_100 });
  const block = new Float32Array(4096).fill(0.1);
  for (let i = 0; i < 200; i++) {
    capture.push(block);
    for (let frame = capture.take(); frame; frame = capture.take()) playback.push(frame.slice(), i * 93);
    if (i % 3 === 0) playback.pull(block.slice(), i * 93);
  }
  expect([playing.exports.memory.buffer.byteLength, capturing.exports.memory.buffer.byteLength]).toEqual(sizes);
});

test("signal tools do not, either", () => {
  const signals = freshSignals();
  const { memory } = signals.exports;
  const size = memory.buffer.byteLength;
  const mixer = new Mixer(signals, { sampleRate: 48_000, frameSamples: 960 });
  const codec = new BlockCodec(signals, format);
  const tone = new ToneGenerator(signals, { sampleRate: 48_000 });
  tone.start("5");
  const frame = new Float32Array(960);
  const slots = Array.from({ length: 32 }, () => mixer.join());
  for (let i = 0; i < 50; i++) {
    tone.pull(frame);
    for (const slot of slots) mixer.write(slot, frame);
    mixer.mix();
    codec.decode(codec.encode(Int16Array.from(frame, (value) => value * 32767)));
  }
  expect(memory.buffer.byteLength).toBe(size);
});
