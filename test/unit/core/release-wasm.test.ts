import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { CaptureStream, coreBytes, PlaybackStream } from "../../../lib/core/index.ts";
import { freshCore } from "./core.ts";

const root = join(import.meta.dirname, "../../..");
let text: string;

beforeAll(async () => {
  execFileSync(process.execPath, ["wasm/build.mjs"], { cwd: root });
  text = await readFile(join(root, "build/core.wat"), "utf8");
}, 120_000);

describe("the release wasm", () => {
  test("imports nothing, never grows its memory, and keeps no table of managed types", () => {
    expect(text).toMatch(/^\(module/);
    expect(text).not.toMatch(/\(import\b/);
    expect(text).not.toMatch(/memory\.grow/);
    expect(text).not.toMatch(/__new|__alloc|__pin|__rtti/);
    expect(text.match(/^ \(memory /gm)).toHaveLength(1);
  });

  test("is the one inlined in lib/core", async () => {
    expect(Buffer.from(coreBytes()).equals(await readFile(join(root, "build/core.wasm")))).toBe(true);
  });

  test("does not grow while it runs", () => {
    const format = { codec: "L16", sampleRate: 48_000 } as const;
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
});
