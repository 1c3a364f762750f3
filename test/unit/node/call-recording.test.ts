import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type RecordingStats, recordCall, recordCalls, withMiddleware } from "../../../lib/node/index.ts";
import type { WavSink } from "../../../lib/node/wav-file.ts";
import { GatedDisk } from "./gated-disk.ts";
import { settle } from "./manual-clock.ts";
import { openMemoryCall, ramp } from "./memory-call.ts";
import { serve } from "./server-rig.ts";
import { dial, until } from "./voice-side.ts";

const folder = mkdtempSync(join(tmpdir(), "voicebridge-rec-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${++files}.wav`);

/** The two sides of a stereo file, and its rate. */
function sides(file: Buffer | string): { left: Int16Array; right: Int16Array; sampleRate: number } {
  const bytes = typeof file === "string" ? readFileSync(file) : file;
  expect([bytes.readUInt16LE(22), bytes.readUInt16LE(34), bytes.length]).toEqual([2, 16, 44 + bytes.readUInt32LE(40)]);
  const both = new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length));
  const side = (channel: number) => both.filter((_, i) => i % 2 === channel);
  return { left: side(0), right: side(1), sampleRate: bytes.readUInt32LE(24) };
}

const samples = (bytes: Uint8Array): Int16Array => new Int16Array(Uint8Array.from(bytes).buffer);
const silence = (count: number): Int16Array => new Int16Array(count);

describe("the recording of a call", () => {
  it("has the caller on the left and the agent on the right, at their times", async () => {
    const { call, clock, speak } = await openMemoryCall();
    const file = newFile();
    const recording = await recordCall(call, { file });
    await speak(ramp(0, 8000)); // 0 … 1 s
    void call.speak(ramp(5000, 4000)); // 1 … 1.5 s
    await speak(ramp(8000, 8000)); // 1 … 2 s
    await call.hangUp();
    const stats = await recording.finished;
    const { left, right, sampleRate } = sides(file);
    expect(sampleRate).toBe(8000);
    expect(left).toEqual(samples(ramp(0, 16_000)));
    expect(right.subarray(0, 8000)).toEqual(silence(8000));
    expect(right.subarray(8000, 12_000)).toEqual(samples(ramp(5000, 4000)));
    expect(right.subarray(12_000)).toEqual(silence(4000));
    expect(stats).toEqual({
      file,
      durationMs: 2000,
      gaps: 0,
      gapMs: 0,
      skippedMs: 0,
      silencedMs: 0,
      lostMs: 0,
      error: undefined,
    });
    await clock.advance(5000);
  });

  it("has sound that was sent ahead where it is heard, and none that was taken back", async () => {
    const { call, voice, speak } = await openMemoryCall();
    voice.handle("audio.buffer.clear", () => ({ len: 20_000 })); // heard: 6000 samples of 16,000
    const file = newFile();
    const recording = await recordCall(call, { file });
    await call.speak(ramp(0, 16_000), { speed: Number.POSITIVE_INFINITY });
    await speak(ramp(0, 6400)); // 0.8 s
    await call.clear();
    void call.speak(ramp(100, 1600), { speed: Number.POSITIVE_INFINITY });
    await speak(ramp(6400, 16_000));
    await recording.stop();
    const { right } = sides(file);
    expect(right.subarray(0, 6000)).toEqual(samples(ramp(0, 6000)));
    expect(right.subarray(6000, 7600)).toEqual(samples(ramp(100, 1600)));
    expect(right.subarray(7600)).toEqual(silence(right.length - 7600));
  });

  it("is seamless over a stall that the connection made up for, and has a counted gap where it did not", async () => {
    const { call, clock, speak, send } = await openMemoryCall();
    const file = newFile();
    const recording = await recordCall(call, { file });
    await speak(ramp(0, 1600));
    await clock.advance(800);
    for (let at = 0; at < 8000; at += 160) send(ramp(1600 + at, 160)); // the 800 ms, and 200 ms more
    await clock.advance(200);
    await speak(ramp(9600, 1600));
    await clock.advance(1500);
    await speak(ramp(11_200, 1600));
    await recording.stop();
    const { left } = sides(file);
    expect(left.subarray(0, 11_200)).toEqual(samples(ramp(0, 11_200)));
    expect(left.subarray(11_200, 23_200)).toEqual(silence(12_000));
    expect(left.subarray(23_200)).toEqual(samples(ramp(11_200, 1600)));
    expect(recording.stats()).toMatchObject({ gaps: 1, gapMs: 1500, durationMs: 3100 });
  });

  it.each(["PCMU/8000/1", "G722/16000/1", "L16/24000/1"])("decodes both sides of %s", async (codec) => {
    const { call, speak } = await openMemoryCall(codec);
    const file = newFile();
    const recording = await recordCall(call, { file });
    const frames = new Uint8Array(call.format.bytesPerSecond).map((_, i) => (i * 7) & 255);
    void call.speak(frames);
    await speak(frames);
    await recording.stop();
    const { left, right, sampleRate } = sides(file);
    expect(sampleRate).toBe(call.format.sampleRate);
    expect(left.length).toBe(sampleRate);
    expect(left.some((value) => Math.abs(value) > 1000)).toBe(true);
    expect(right).toEqual(left);
  });

  it("lets the sound flow while the disk stands still, in bounded memory, and counts what is missing", async () => {
    const { call, voice, speak } = await openMemoryCall();
    const disk = new GatedDisk();
    disk.open = false;
    let heard = 0;
    void (async () => {
      for await (const frame of call.audio) {
        heard += frame.byteLength;
        call.output.send(frame);
      }
    })();
    const recording = await recordCall(call, { file: "slow", sink: disk, maxQueuedMs: 2000 });
    await speak(ramp(0, 80_000)); // 10 s
    expect(heard).toBe(160_000);
    expect((await voice.transport!.stats()).receivedBytes).toBe(160_000);
    const stalled = recording.stats();
    expect(stalled.durationMs).toBe(0);
    expect(stalled.silencedMs).toBeGreaterThan(6000);
    expect(stalled.silencedMs).toBeLessThan(7000);
    disk.release();
    await settle();
    await speak(ramp(80_000, 40_000)); // 5 s
    const stats = await recording.stop();
    const { left } = sides(disk.bytes);
    expect(left.length).toBe(120_000);
    const silenced = (stats.silencedMs * 8000) / 1000;
    const whole = samples(ramp(0, 120_000));
    const from = left.indexOf(0);
    expect(left.subarray(0, from)).toEqual(whole.subarray(0, from));
    expect(left.subarray(from, from + silenced)).toEqual(silence(silenced));
    expect(left.subarray(from + silenced)).toEqual(whole.subarray(from + silenced));
  });

  it("outlives a disk that fails: so does the call", async () => {
    const { call, speak } = await openMemoryCall();
    const sink: WavSink = {
      write: (_, position) => (position > 10_000 ? Promise.reject(new Error("ENOSPC")) : Promise.resolve()),
      close: () => Promise.resolve(),
    };
    const recording = await recordCall(call, { file: "full", sink });
    await speak(ramp(0, 24_000));
    expect(call.session.state).toBe("active");
    const stats = await recording.stop();
    expect(stats.error).toMatchObject({ message: "ENOSPC" });
    expect(stats.durationMs + stats.lostMs).toBe(3000);
  });

  it("never overwrites a file, and says why it cannot begin", async () => {
    const { call } = await openMemoryCall();
    const file = newFile();
    writeFileSync(file, "precious");
    await expect(recordCall(call, { file })).rejects.toMatchObject({
      code: "recording-file",
      message: /is there already/,
    });
    expect(readFileSync(file, "utf8")).toBe("precious");
    await expect(recordCall(call, { file: join(folder, "none/x.wav") })).rejects.toThrow(/has no folder/);
  });

  it("does not go on listening to a call that it cannot record", async () => {
    const { call } = await openMemoryCall();
    let taps = 0;
    const tapSound: typeof call.tapSound = (tap) => {
      taps++;
      const untap = call.tapSound(tap);
      return () => {
        taps--;
        untap();
      };
    };
    const { hasAudio, format, clock, agentBytes, ended } = call;
    const recordable = { hasAudio, format, clock, agentBytes, ended, tapSound };
    await expect(recordCall(recordable, { file: join(folder, "none/x.wav") })).rejects.toThrow(/has no folder/);
    expect(taps).toBe(0);
    const recording = await recordCall(recordable, { file: newFile() });
    expect(taps).toBe(1);
    await recording.stop();
    expect(taps).toBe(0);
  });
});

describe("recording as a middleware", () => {
  it("records the calls it is asked to, from end to end", async () => {
    const finished: RecordingStats[] = [];
    const own = mkdtempSync(join(folder, "calls-"));
    const { url, server } = await serve({
      onCall: withMiddleware(
        async (call) => {
          for await (const frame of call.audio) call.output.send(frame);
        },
        recordCalls({
          file: (call) => (call.application.id === "private" ? undefined : join(own, `${call.id}.wav`)),
          onFinished: (stats) => finished.push(stats),
        }),
      ),
    });
    const voice = await dial({ url, application: "echo" });
    for (let i = 0; i < 50; i++) voice.send(ramp(i * 160, 160));
    await until(() => voice.receivedBytes() === 16_000, "the echo");
    const secret = await dial({ url, application: "private" });
    secret.send(ramp(0, 160));
    await until(() => secret.receivedBytes() === 320);
    await secret.session.hangUp();
    await voice.session.hangUp();
    await until(() => finished.length === 1 && server.stats().sessions === 0);
    expect(readdirSync(own)).toEqual(["1.wav"]);
    const { left } = sides(finished[0]!.file);
    const start = left.findIndex((sample) => sample !== 0);
    expect(left.subarray(start, start + 8000)).toEqual(samples(ramp(0, 8000)));
  });

  it("that is required ends a call it cannot record; otherwise the call goes on", async () => {
    for (const required of [true, false]) {
      const errors: unknown[] = [];
      const answered: string[] = [];
      const { url } = await serve({
        onCall: withMiddleware(
          (call) => void answered.push(call.id),
          recordCalls({ file: () => join(folder, "none/x.wav"), required, onError: (error) => errors.push(error) }),
        ),
      });
      const voice = await dial({ url });
      voice.session.handle("call.hangup", () => {});
      if (required) expect(await voice.session.ended).toMatchObject({ reason: "application error" });
      else await until(() => answered.length === 1);
      expect(errors).toMatchObject([{ code: "recording-file" }]);
      expect(answered.length).toBe(required ? 0 : 1);
    }
  });
});
