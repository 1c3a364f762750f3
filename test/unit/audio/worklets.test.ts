import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { AudioFormat } from "../../../lib/core/index.ts";
import { createFramePipe, FrameReader, FrameWriter, transferables } from "../../../lib/frames/index.ts";
import { type CallFigures, captureProcessorName, playbackProcessorName } from "../../../worklets/messages.ts";
import { firstDifference } from "../../support/difference.ts";
import { align, resample, seededRandom } from "../../support/signal.ts";
import { type RunningProcessor, settle, WorkletScope } from "./worklet-scope.ts";

const wasm = new Uint8Array(readFileSync(resolve(import.meta.dirname, "../../../build/core.wasm")));
const L16: AudioFormat = { codec: "L16", sampleRate: 16_000 };

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

interface CallOptions {
  readonly scope?: WorkletScope;
  readonly sampleRate?: number;
  readonly format?: AudioFormat;
  readonly shared?: boolean;
  readonly callId?: string;
  readonly echo?: boolean;
}

/** Both processors of a call, with a far end that keeps the frames and, as an echo, sends them back. */
async function startCall(options: CallOptions = {}) {
  const { sampleRate = 48_000, format = L16, shared = true, callId = "call", echo = false } = options;
  const scope = options.scope ?? (await WorkletScope.open(sampleRate));
  const capture = scope.create(captureProcessorName, { callId, wasm, format, frameMs: 20, muted: false });
  const playback = scope.create(playbackProcessorName, { callId, wasm, format });
  const uplink = createFramePipe({ shared, capacityBytes: 65_536 });
  const downlink = createFramePipe({ shared, capacityBytes: 2 ** 20 });
  capture.post({ type: "connect", end: uplink.tx }, transferables(uplink.tx));
  playback.post({ type: "connect", end: downlink.rx }, transferables(downlink.rx));
  const writer = new FrameWriter(downlink.tx);
  const frames: { bytes: Uint8Array; atMs: number }[] = [];
  const reader = new FrameReader(uplink.rx, (bytes, atMs) => {
    frames.push({ bytes: bytes.slice(), atMs });
    if (echo) writer.write(bytes, scope.nowMs);
  });
  open.push(scope, writer, reader);
  await settle();
  return { scope, capture, playback, writer, reader, frames };
}

type Call = Awaited<ReturnType<typeof startCall>>;

/** Runs `seconds` of quanta; the microphone hears `input` (sample number → sample). Returns what was played. */
function run(call: Call, seconds: number, input: (index: number) => number = () => 0): Float32Array {
  const { scope, capture, playback, reader } = call;
  const quanta = Math.round((seconds * scope.sampleRate) / 128);
  const played = new Float32Array(quanta * 128);
  const samples = new Float32Array(128);
  const silence = new Float32Array(128);
  for (let quantum = 0; quantum < quanta; quantum++) {
    for (let i = 0; i < 128; i++) samples[i] = input(scope.currentFrame + i);
    capture.processor.process([[samples]], [[silence]]);
    reader.poll();
    playback.processor.process([], [[played.subarray(quantum * 128, quantum * 128 + 128)]]);
    scope.currentFrame += 128;
  }
  return played;
}

const ofType = (one: RunningProcessor, type: string) => one.messages.filter((message) => message.type === type);

async function ask(one: RunningProcessor, message: { type: string; id: number; [field: string]: unknown }) {
  one.post(message);
  await settle();
  return one.messages.find(({ id }) => id === message.id)!;
}

const figures = async (call: Call, id: number) =>
  (await ask(call.playback, { type: "stats", id })).stats as CallFigures;

/** Noise under 500 Hz or so, always the same: a part of a sample of delay, which resampling may add, hardly changes it. */
function noise(length: number): Float32Array {
  const random = seededRandom(5);
  const samples = new Float32Array(length);
  let low = 0;
  for (let i = 0; i < length; i++) samples[i] = low += 0.06 * (2 * (2 * random() - 1) - low);
  return samples;
}

describe("the worklet script", () => {
  it("says that it is ready, without anything an AudioWorkletGlobalScope lacks", async () => {
    const { capture, playback } = await startCall();
    expect(capture.messages).toEqual([{ type: "ready" }]);
    expect(playback.messages).toEqual([{ type: "ready" }]);
  });

  it("says why it cannot run, and stays quiet then", async () => {
    const scope = await WorkletScope.open(48_000);
    open.push(scope);
    const page = new TextEncoder().encode("<!doctype html>");
    const broken = scope.create(playbackProcessorName, { callId: "a", wasm: page, format: L16 });
    const format = { codec: "PCMU", sampleRate: 44_100 } as const;
    const wrong = scope.create(captureProcessorName, { callId: "b", wasm, format, frameMs: 20, muted: false });
    await settle();
    expect(broken.messages).toMatchObject([
      { type: "failed", code: undefined, message: expect.stringContaining("CompileError") },
    ]);
    expect(wrong.messages).toMatchObject([{ type: "failed", code: "core-format" }]);
    const out = new Float32Array(128).fill(0);
    expect(broken.processor.process([], [[out]])).toBe(true);
    broken.post({ type: "flush", id: 1, positionBytes: 10 });
    broken.post({ type: "stop" });
    wrong.post({ type: "stop" });
    await settle();
    expect(broken.processor.process([], [[out]])).toBe(false);
    expect(broken.messages.length).toBe(1);
  });
});

describe.each([
  [48_000, true],
  [44_100, true],
  [48_000, false],
] as const)("a call on a device at %i Hz, shared %s", (sampleRate, shared) => {
  it("plays what the microphone heard, frame by frame", async () => {
    const call = await startCall({ sampleRate, shared, echo: true });
    const heard = noise(sampleRate * 5);
    const played: Float32Array[] = [];
    // Port frames arrive between quanta, so let them.
    for (let part = 0; part < 500; part++) {
      played.push(run(call, 0.01, (index) => heard[index] ?? 0));
      if (!shared) await settle();
    }
    const sound = Float32Array.from(played.flatMap((part) => [...part]));
    // Late and short parts: the buffer settles by stretching at first, and trims its delay by resampling (≤ 1000 ppm) later.
    const spoken = resample({ samples: heard, sampleRate }, 16_000).samples;
    const got = resample({ samples: sound, sampleRate }, 16_000).samples;
    const correlations = Array.from({ length: 20 }, (_, part) => {
      const from = 3 * 16_000 + part * 1500;
      return align(got.subarray(from, from + 8000), spoken.subarray(from, from + 800)).correlation;
    }).sort((one, other) => one - other);
    expect(correlations[10]).toBeGreaterThan(0.95);
    expect(call.frames.length).toBeGreaterThanOrEqual(Math.floor(call.scope.currentTime / 0.02) - 2);
    expect(new Set(call.frames.map(({ bytes }) => bytes.length))).toEqual(new Set([640]));

    const { capture, downlink, playback, loop } = await figures(call, 1);
    expect(capture?.frames).toBe(call.frames.length);
    expect(capture?.uplink).toMatchObject({ frames: call.frames.length, droppedFrames: 0 });
    expect(playback.bytes.received).toBe((downlink?.frames ?? 0) * 640);
    expect(playback.underruns).toBe(0);
    // A frame of 20 ms, and no more than 80 ms in the buffer: there is no network here.
    expect(loop!.count).toBeGreaterThan(10);
    expect(loop!.medianMs).toBeGreaterThanOrEqual(20);
    expect(loop!.medianMs).toBeLessThan(110);
  });

  it("stamps frames with the clock of this thread, 20 ms apart", async () => {
    const call = await startCall({ sampleRate, shared });
    const from = call.scope.nowMs;
    for (let part = 0; part < 50; part++) {
      run(call, 0.02);
      if (!shared) await settle();
    }
    const stamps = call.frames.map(({ atMs }) => atMs);
    expect(stamps[0]! - from).toBeLessThan(40);
    for (const [index, stamp] of stamps.entries())
      expect(Math.abs(stamp - stamps[0]! - index * 20)).toBeLessThanOrEqual(5);
  });
});

describe("capture", () => {
  it("keeps its cadence without an input", async () => {
    const call = await startCall();
    const output = [[new Float32Array(128)]];
    for (let quantum = 0; quantum < 375; quantum++) {
      expect(call.capture.processor.process([[]], output)).toBe(true);
      call.reader.poll();
    }
    expect(call.frames.length).toBeGreaterThanOrEqual(49);
    expect(call.frames.every(({ bytes }) => bytes.every((byte) => byte === 0))).toBe(true);
  });

  it("confirms a mute, then sends silence at the same cadence until it is undone", async () => {
    const call = await startCall();
    const loud = (index: number) => 0.5 * Math.sin(index / 20);
    const peak = (bytes: Uint8Array) => Math.max(...new Int16Array(bytes.slice().buffer).map(Math.abs));
    run(call, 0.5, loud);
    const before = call.frames.length;
    expect(await ask(call.capture, { type: "mute", id: 7, muted: true })).toEqual({
      type: "muted",
      id: 7,
      muted: true,
    });
    run(call, 0.5, loud);
    const during = call.frames.length;
    expect(Math.abs(during - before - 25)).toBeLessThanOrEqual(1);
    // The fade may lie across two frames.
    expect(call.frames.slice(before + 2, during).map(({ bytes }) => peak(bytes))).toEqual(
      Array(during - before - 2).fill(0),
    );
    expect((await figures(call, 8)).capture?.muted).toBe(true);
    await ask(call.capture, { type: "mute", id: 9, muted: false });
    run(call, 0.5, loud);
    expect(peak(call.frames.at(-1)!.bytes)).toBeGreaterThan(16_000);
  });

  it("starts muted where it was muted before", async () => {
    const scope = await WorkletScope.open(48_000);
    open.push(scope);
    const capture = scope.create(captureProcessorName, { callId: "a", wasm, format: L16, frameMs: 20, muted: true });
    const { tx, rx } = createFramePipe({ shared: true, capacityBytes: 65_536 });
    capture.post({ type: "connect", end: tx });
    await settle();
    const bytes: number[] = [];
    const reader = new FrameReader(rx, (frame) => bytes.push(...frame));
    const samples = new Float32Array(128).fill(0.5);
    for (let quantum = 0; quantum < 100; quantum++) capture.processor.process([[samples]], []);
    reader.poll();
    expect(bytes.length).toBeGreaterThan(5000);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });
});

describe("playback", () => {
  it("flushes exactly, heard plus removed being what was sent", async () => {
    const call = await startCall();
    const sent = 160 * 640;
    for (let number = 0; number < 160; number++) {
      call.writer.write(
        new Uint8Array(640).map((_, index) => (number * 640 + index) & 63),
        call.scope.nowMs,
      );
    }
    run(call, 0.7);
    const flushed = await ask(call.playback, { type: "flush", id: 1, positionBytes: sent });
    run(call, 0.5);
    const { playback } = await figures(call, 2);
    expect(playback.bytes.received).toBe(sent);
    expect(flushed.removedBytes).toBe(playback.bytes.flushed);
    expect(playback.bytes.played + playback.bytes.flushed).toBe(sent);
    expect((flushed.heardMs as number) + (flushed.removedBytes as number) / 32).toBeCloseTo(sent / 32, 3);
    expect(playback.bytes.held).toBe(0);
  });

  it("takes a burst in over several quanta and loses nothing of it", async () => {
    const call = await startCall();
    const frames = 1000;
    for (let number = 0; number < frames; number++)
      expect(call.writer.write(new Uint8Array(640).fill(number & 15), 0)).toBe(true);
    run(call, 128 / 48_000);
    const first = (await figures(call, 1)).downlink!.bytes;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(32_768 + 640);
    run(call, 0.1);
    const { downlink, playback } = await figures(call, 2);
    expect(downlink).toEqual({ frames, bytes: frames * 640, droppedFrames: 0, droppedBytes: 0 });
    expect(playback.bytes.received).toBe(frames * 640);
    expect(playback.bytes.dropped).toBe(0);
  });

  it("has no echo delay to tell when the peer sends sound of its own, or nothing but silence comes back", async () => {
    const other = await startCall();
    const speech = noise(48_000);
    for (let number = 0; number < 50; number++) {
      other.writer.write(
        new Uint8Array(640).map((_, index) => (index * number) & 31),
        other.scope.nowMs,
      );
      run(other, 0.02, (index) => speech[index] ?? 0);
    }
    expect((await figures(other, 1)).loop).toBeUndefined();
    const quiet = await startCall({ echo: true });
    run(quiet, 1);
    expect((await figures(quiet, 1)).loop).toBeUndefined();
  });
});

/** Replaces the pipes of a call, as for another transport. */
async function reconnect(call: Call, { shared = true } = {}): Promise<Call> {
  const uplink = createFramePipe({ shared, capacityBytes: 2 ** 18 });
  const downlink = createFramePipe({ shared, capacityBytes: 2 ** 20 });
  const writer = new FrameWriter(downlink.tx);
  const frames: Call["frames"] = [];
  const reader = new FrameReader(uplink.rx, (bytes, atMs) => void frames.push({ bytes: bytes.slice(), atMs }));
  open.push(writer, reader);
  call.capture.post({ type: "connect", end: uplink.tx }, transferables(uplink.tx));
  call.playback.post({ type: "connect", end: downlink.rx }, transferables(downlink.rx));
  await settle();
  return { ...call, writer, reader, frames };
}

describe("another transport", () => {
  it.each([true, false])(
    "gets the newest 3 s that were said while there was none, then goes on, shared %s",
    async (shared) => {
      const heard = noise(48_000 * 8);
      const input = (index: number) => heard[index] ?? 0;
      const always = await startCall({ callId: "always" });
      const away = await startCall({ callId: "away", shared });
      for (const call of [always, away]) run(call, 1, input);
      await settle();
      away.capture.post({ type: "hold" });
      away.reader.close();
      away.writer.close();
      await settle();
      for (const call of [always, away]) run(call, 5, input);
      const before = always.frames.length;
      const again = await reconnect(away, { shared });
      again.reader.poll();
      expect(again.frames.length).toBe(150);
      for (const [i, { bytes }] of again.frames.entries())
        expect(firstDifference(bytes, always.frames.at(i - 150)!.bytes), `frame ${i}`).toBe(-1);
      run(always, 1, input);
      run(again, 1, input);
      await settle();
      expect(again.frames.length).toBe(150 + always.frames.length - before);
      expect(again.frames.at(-1)!.bytes).toEqual(always.frames.at(-1)!.bytes);
    },
  );

  it("is heard behind what was left of the one before, and a flush takes both and counts its own", async () => {
    const call = await startCall();
    const second = (bytes: number) => new Uint8Array(bytes).map((_, index) => index & 31);
    call.writer.write(second(32_000), call.scope.nowMs);
    run(call, 0.3);
    call.capture.post({ type: "hold" });
    call.writer.close();
    run(call, 0.2);
    const again = await reconnect(call);
    again.writer.write(second(16_000), call.scope.nowMs);
    run(again, 0.3);
    const { removedBytes } = await ask(call.playback, { type: "flush", id: 1, positionBytes: 16_000 });
    expect(removedBytes).toBe(16_000);
    run(again, 0.5);
    const { playback } = await figures(again, 2);
    expect(playback.bytes).toMatchObject({ received: 48_000, held: 0 });
    expect(playback.bytes.flushed).toBeGreaterThan(16_000);
    again.writer.write(second(16_000), call.scope.nowMs);
    run(again, 0.3);
    const later = await ask(call.playback, { type: "flush", id: 3, positionBytes: 32_000 });
    expect(later.removedBytes).toBeGreaterThan(0);
    expect(later.removedBytes).toBeLessThan(16_000);
    run(again, 0.1);
    const { playback: end } = await figures(again, 4);
    expect(end.bytes.played + end.bytes.flushed).toBe(64_000);
  });

  it("begins on a whole sample, wherever the one before was cut off", async () => {
    const call = await startCall();
    call.writer.write(new Uint8Array(641), call.scope.nowMs);
    run(call, 0.1);
    const again = await reconnect(call);
    const loud = new Uint8Array(new Int16Array(8000).fill(256).buffer); // 0x0100: the wrong way round it is 1
    again.writer.write(loud, call.scope.nowMs);
    const played = run(again, 0.4);
    expect(Math.max(...played.slice(-4800))).toBeCloseTo(256 / 32_768, 3);
    expect((await ask(call.playback, { type: "flush", id: 1, positionBytes: 16_000 })).removedBytes).toBeLessThan(
      16_000,
    );
  });
});

describe("messages to the page", () => {
  it("carry the levels of both directions, five a second while they change", async () => {
    const call = await startCall({ echo: true });
    for (let part = 0; part < 20; part++)
      run(call, 0.1, (index) => 0.4 * Math.sin(index / 30) * Math.sin(index / 9000));
    await settle();
    const levels = ofType(call.playback, "level");
    expect(levels.length).toBeGreaterThanOrEqual(9);
    expect(levels.length).toBeLessThanOrEqual(11);
    expect(
      levels.some(({ input, output }) => (input as { rms: number }).rms > 0.1 && (output as { rms: number }).rms > 0.1),
    ).toBe(true);
    expect(call.capture.messages).toEqual([{ type: "ready" }]);
  });

  it("stop when nothing changes", async () => {
    const call = await startCall({ echo: true });
    run(call, 0.5, (index) => 0.4 * Math.sin(index / 30));
    run(call, 1);
    await settle();
    const before = call.playback.messages.length;
    run(call, 3);
    await settle();
    expect(call.playback.messages.length).toBe(before);
  });

  it("are not kept from a call by those that ended", async () => {
    const scope = await WorkletScope.open(48_000);
    for (const callId of ["one", "two", "three"]) {
      const ended = await startCall({ scope, callId });
      for (const side of [ended.capture, ended.playback]) side.post({ type: "stop" });
      await settle();
    }
    const call = await startCall({ scope, callId: "four", echo: true });
    for (let part = 0; part < 20; part++)
      run(call, 0.1, (index) => 0.4 * Math.sin(index / 30) * Math.sin(index / 9000));
    await settle();
    expect(ofType(call.playback, "level").length).toBeGreaterThanOrEqual(9);
  });

  it("are shared by the calls of a page", async () => {
    const scope = await WorkletScope.open(48_000);
    const one = await startCall({ scope, callId: "one", echo: true });
    const two = await startCall({ scope, callId: "two", echo: true });
    const input = (index: number) => 0.4 * Math.sin(index / 30) * Math.sin(index / 9000);
    for (let part = 0; part < 750; part++) {
      run(one, 128 / 48_000, input);
      scope.currentFrame -= 128;
      run(two, 128 / 48_000, input);
    }
    await settle();
    const count = ofType(one.playback, "level").length + ofType(two.playback, "level").length;
    expect(count).toBeGreaterThan(6);
    expect(count).toBeLessThanOrEqual(12);
  });
});

describe("the end", () => {
  it.each([true, false])("ends both processors and their pipes, shared %s", async (shared) => {
    const call = await startCall({ shared, echo: true });
    run(call, 0.1);
    call.capture.post({ type: "stop" });
    call.playback.post({ type: "stop" });
    await settle();
    const frames = call.frames.length;
    expect(call.capture.processor.process([[new Float32Array(128)]], [])).toBe(false);
    expect(call.playback.processor.process([], [[new Float32Array(128)]])).toBe(false);
    call.reader.poll();
    await settle();
    expect(call.frames.length).toBe(frames);
    if (shared) expect(call.writer.write(new Uint8Array(10), 0)).toBe(false);
  });
});
