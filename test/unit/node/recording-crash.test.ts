import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeWav, wavHeader } from "../../../lib/node/index.ts";
import { bundleProgram } from "./bundle.ts";
import { until } from "./voice-side.ts";

const folder = mkdtempSync(join(tmpdir(), "voicebridge-crash-"));
let program = "";

beforeAll(async () => {
  program = await bundleProgram("record");
});
afterAll(() => rmSync(folder, { recursive: true }));

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

describe("a recording whose process is killed", () => {
  // From the first byte on to some time into the call: wherever the process happens to be then.
  it.each([1, 45, 7001, 100_003, 1_234_567])("when the file has %i bytes plays in ffmpeg", async (bytes) => {
    const file = join(folder, `${bytes}.wav`);
    const child = spawn(process.execPath, [program, file], { stdio: ["ignore", "ignore", "inherit"] });
    const exited = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    await until(() => sizeOf(file) >= bytes, `${bytes} bytes`, 50_000);
    child.kill("SIGKILL");
    expect(await exited).toBe("SIGKILL");

    const left = readFileSync(file);
    const named = left.readUInt32LE(40);
    expect(Buffer.from(wavHeader({ sampleRate: 16_000, channels: 2 }, named)).equals(left.subarray(0, 44))).toBe(true);
    expect(named).toBeLessThanOrEqual(left.length - 44);
    if (bytes > 50_000) expect(named).toBeGreaterThan(0);
    // Before the first length is written the end of the file is the end of the sound, which ffmpeg plays and remarks upon.
    const strict = named > 0 ? ["-xerror"] : [];
    const played = spawnSync("ffmpeg", ["-v", "error", ...strict, "-i", file, "-f", "s16le", "-"], {
      maxBuffer: 1 << 28,
    });
    expect([played.status, named > 0 ? played.stderr.toString() : ""]).toEqual([0, ""]);
    expect(played.stdout.length).toBe(named || left.length - 44); // nothing named: ffmpeg plays what is there
    expect(decodeWav(left).samples.length).toBe(named / 4);
  });
});
