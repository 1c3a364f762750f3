import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { decodeWav, encodeWav } from "../../../lib/node/index.ts";
import { WavFile } from "../../../lib/node/wav-file.ts";
import { GatedDisk } from "./gated-disk.ts";
import { settle } from "./manual-clock.ts";
import { ramp } from "./memory-call.ts";

const folder = mkdtempSync(join(tmpdir(), "voicebridge-wav-"));
afterAll(() => rmSync(folder, { recursive: true }));

const samplesOf = (from: number, count: number): Int16Array => new Int16Array(ramp(from, count).buffer as ArrayBuffer);

const mono = { sampleRate: 8000, channels: 1 };

describe("WAV files", () => {
  it("are read in every PCM that ffmpeg writes, as ffmpeg reads them", () => {
    const source = encodeWav(mono, samplesOf(0, 4000));
    writeFileSync(join(folder, "source.wav"), source);
    const codecs = ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"];
    const forms = codecs.flatMap((codec) => ["1", "2"].map((channels) => ({ codec, channels })));
    const fileOf = ({ codec, channels }: (typeof forms)[number]) => join(folder, `${codec}-${channels}.wav`);
    const outputs = forms.flatMap((form) => ["-ac", form.channels, "-c:a", form.codec, fileOf(form)]);
    execFileSync("ffmpeg", ["-v", "error", "-y", "-i", join(folder, "source.wav"), ...outputs]);
    for (const form of forms) {
      const { samples, sampleRate } = decodeWav(readFileSync(fileOf(form)));
      expect([samples.length, sampleRate]).toEqual([4000, 8000]);
      const source = samplesOf(0, 4000);
      // Two equal channels of ffmpeg are 3 dB below the one they were made of.
      const gain = form.channels === "2" ? Math.SQRT1_2 : 1;
      const worst = samples.reduce((max, value, i) => Math.max(max, Math.abs(value - source[i]! * gain)), 0);
      expect(worst, fileOf(form)).toBeLessThanOrEqual(form.codec === "pcm_u8" ? 256 : 2);
    }
  });

  it("that cannot be read are refused, with what to do", () => {
    expect(() => decodeWav(Buffer.from("ID3 this is an mp3"))).toThrow(/not a WAV file.*ffmpeg/);
    expect(() => decodeWav(encodeWav(mono, new Int16Array(1)).subarray(0, 30))).toThrow(/no sound/);
    const law = Buffer.from(encodeWav(mono, new Int16Array(1)));
    law.writeUInt16LE(7, 20);
    expect(() => decodeWav(law)).toThrow(/format 7 with 16 bit/);
  });

  it("that are cut off are read as far as they go", () => {
    const whole = encodeWav(mono, samplesOf(0, 100));
    expect(decodeWav(whole.subarray(0, whole.length - 21)).samples).toEqual(samplesOf(0, 89));
  });
});

describe("a WAV file that is being written", () => {
  it("is whole after every single write", async () => {
    const disk = new GatedDisk();
    const states: number[] = [];
    const write = disk.write.bind(disk);
    disk.write = async (bytes, position) => {
      await write(bytes, position);
      if (disk.bytes.length < 44 || disk.bytes.toString("latin1", 0, 4) !== "RIFF") return;
      const named = disk.bytes.readUInt32LE(40);
      expect(named).toBeLessThanOrEqual(disk.bytes.length - 44);
      expect(disk.bytes.readUInt32LE(4)).toBe(named + 36);
      expect(decodeWav(disk.bytes).samples.subarray(0, named / 2)).toEqual(samplesOf(0, named / 2));
      states.push(named);
    };
    await disk.write(encodeWav(mono, new Int16Array(0)), 0);
    const file = new WavFile(disk, mono, 1 << 20);
    for (let i = 0; i < 20; i++) {
      file.append(samplesOf(i * 50, 50));
      if (i % 3 === 0) await settle();
    }
    await file.close();
    expect(disk.closed).toBe(true);
    expect(states.length).toBeGreaterThan(10);
    expect(states.at(-1)).toBe(2000);
    expect(disk.bytes.equals(encodeWav(mono, samplesOf(0, 1000)))).toBe(true);
  });

  it("has silence where the disk was too slow, counted, and the sound after it in its place", async () => {
    const disk = new GatedDisk();
    const file = new WavFile(disk, mono, 400);
    disk.open = false;
    for (let i = 0; i < 10; i++) file.append(samplesOf(i * 50, 50)); // 100 bytes each; the first is being written
    expect(file.stats).toMatchObject({ writtenBytes: 0, queuedBytes: 400, silencedBytes: 500 });
    disk.release();
    await settle();
    file.append(samplesOf(500, 50));
    await file.close();
    const expected = samplesOf(0, 550);
    expected.fill(0, 250, 500);
    expect(decodeWav(disk.bytes).samples).toEqual(expected);
    expect(file.stats).toMatchObject({ writtenBytes: 1100, queuedBytes: 0, silencedBytes: 500, lostBytes: 0 });
  });

  it("has silence at its end where the disk was too slow until then", async () => {
    const disk = new GatedDisk();
    const file = new WavFile(disk, mono, 100);
    disk.open = false;
    file.append(samplesOf(0, 50));
    file.append(samplesOf(50, 50));
    file.append(samplesOf(100, 50));
    const closed = file.close();
    file.append(samplesOf(150, 50));
    disk.release();
    await closed;
    expect(decodeWav(disk.bytes).samples.length).toBe(150);
    expect(file.stats.lostBytes).toBe(100);
  });

  it("gives up when the disk fails, and says so", async () => {
    const disk = new GatedDisk();
    const file = new WavFile(disk, mono, 1000);
    file.append(samplesOf(0, 50));
    await settle();
    disk.failure = new Error("ENOSPC");
    file.append(samplesOf(50, 50));
    await settle();
    file.append(samplesOf(100, 50));
    await file.close();
    expect(file.stats).toMatchObject({ writtenBytes: 100, lostBytes: 200, error: disk.failure });
    expect(decodeWav(disk.bytes).samples).toEqual(samplesOf(0, 50));
    expect(disk.closed).toBe(true);
  });

  it("counts all that it could not write when the disk fails", async () => {
    const disk = new GatedDisk();
    const file = new WavFile(disk, mono, 1000);
    disk.open = false;
    for (let i = 0; i < 3; i++) file.append(samplesOf(i * 50, 50)); // the first is being written
    disk.failure = new Error("ENOSPC");
    disk.release();
    await file.close();
    expect(file.stats).toMatchObject({ writtenBytes: 0, queuedBytes: 0, lostBytes: 300, error: disk.failure });
  });

  it("takes no more than a WAV file can name, and what still fits", () => {
    const file = new WavFile(new GatedDisk(), mono, 0); // all of it silence: nothing is held
    const samples = new Int16Array(1 << 27);
    for (let i = 0; i < 16; i++) file.append(samples);
    file.append(samplesOf(0, 50));
    expect(file.stats).toMatchObject({ silencedBytes: 15 * 2 ** 28 + 100, lostBytes: 2 ** 28 });
  });
});
