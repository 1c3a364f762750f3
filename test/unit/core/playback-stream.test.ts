import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AudioFormat, BlockCodec, PlaybackStream } from "../../../lib/core/index.ts";
import { firstDifference } from "../../support/difference.ts";
import { amplitudeAt, freshCore, freshSignals, sine } from "./core.ts";

/** A stream on a simulated clock that moves one render quantum at a time. */
class Rig {
  readonly stream: PlaybackStream;
  readonly output: number[] = [];
  nowMs = 0;
  readonly #deviceRate: number;
  readonly #quantum = new Float32Array(128);

  constructor(format: AudioFormat, deviceRate = format.sampleRate) {
    this.stream = new PlaybackStream(freshCore(), { format, deviceRate });
    this.#deviceRate = deviceRate;
  }

  run(ms: number): Float32Array<ArrayBuffer> {
    const from = this.output.length;
    for (const end = this.nowMs + ms; this.nowMs < end; this.nowMs += 128_000 / this.#deviceRate) {
      this.#quantum.fill(Number.NaN);
      this.stream.pull(this.#quantum, this.nowMs);
      this.output.push(...this.#quantum);
    }
    return new Float32Array(this.output.slice(from));
  }

  push(bytes: Uint8Array): number {
    return this.stream.push(bytes, this.nowMs);
  }

  expectBalance(): void {
    const { bytes, samples } = this.stream.stats();
    for (const { received, played, dropped, flushed, held } of [bytes, samples]) {
      // Asked after every step of every schedule: a matcher costs more than the step.
      if (played + dropped + flushed + held !== received || Math.min(received, played, dropped, flushed, held) < 0)
        expect.fail(`no balance: ${JSON.stringify({ received, played, dropped, flushed, held })}`);
    }
  }
}

const l16 = (sampleRate: number): AudioFormat => ({ codec: "L16", sampleRate });

/** 16-bit samples that name their own place: a search in the output finds where each was played. */
function counted(samples: number, from = 1): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Int16Array(samples).map((_, i) => ((from + i) % 30_000) + 1).buffer);
}

function pcm(signal: Float32Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int16Array.from(signal, (value) => Math.round(value * 32_767)).buffer);
}

describe("a playback stream", () => {
  test("plays silence while nothing came, and every sample it fills is a number", () => {
    const rig = new Rig(l16(16_000), 48_000);
    expect(rig.run(200).every((value) => value === 0)).toBe(true);
    expect(rig.stream.stats().state).toBe("idle");
    expect(rig.stream.level()).toEqual({ peak: 0, rms: 0 });
    rig.expectBalance();
  });

  test("starts within 80 ms of the first byte of generated speech and plays all of it unchanged", () => {
    const rig = new Rig(l16(16_000));
    rig.run(100);
    const samples = 16_000 * 3;
    const speech = counted(samples);
    for (let at = 0; at < speech.length; at += 6400) rig.push(speech.subarray(at, at + 6400));
    const start = rig.output.length;
    rig.run(3500);
    const played = rig.output.map((value) => Math.round(value * 32_768));
    const first = played.indexOf(2);
    expect(first - start).toBeLessThan(16 * 80);
    // The 5 ms at the very end may be faded.
    const steady = samples - 80;
    const said = Array.from({ length: steady }, (_, i) => ((1 + i) % 30_000) + 1);
    expect(firstDifference(played.slice(first, first + steady), said)).toBe(-1);
    const { bytes } = rig.stream.stats();
    expect([bytes.received, bytes.played, bytes.dropped]).toEqual([samples * 2, samples * 2, 0]);
    rig.expectBalance();
  });

  test.each([
    ["L16", 8000, 48_000],
    ["L16", 16_000, 44_100],
    ["L16", 24_000, 48_000],
    ["L16", 48_000, 44_100],
    ["PCMU", 8000, 44_100],
    ["PCMA", 8000, 48_000],
    ["G722", 16_000, 48_000],
  ] as const)("plays %s at %i Hz on a device at %i Hz with its pitch and level", (codec, sampleRate, deviceRate) => {
    const rig = new Rig({ codec, sampleRate }, deviceRate);
    const samples = Int16Array.from(sine(440, sampleRate, 1.5), (value) => Math.round(value * 32_767));
    const encoded = new BlockCodec(freshSignals(), { codec, sampleRate }).encode(samples);
    for (let at = 0; at < encoded.length; at += 3000) rig.push(encoded.subarray(at, at + 3000));
    rig.run(500);
    rig.stream.level();
    const steady = rig.run(500);
    expect(amplitudeAt(steady, 440, deviceRate)).toBeCloseTo(0.5, 1);
    expect(rig.stream.level().rms).toBeCloseTo(0.5 / Math.SQRT2, 1);
  });

  test("a sample cut between two pushes is put together again", () => {
    const [whole, cut] = [new Rig(l16(8000)), new Rig(l16(8000))];
    const bytes = counted(4000);
    whole.push(bytes);
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const length = [1, 319, 3, 320, 777][turn % 5]!;
      cut.push(bytes.subarray(at, at + length));
      at += length;
    }
    expect(firstDifference(cut.run(700), whole.run(700))).toBe(-1);
    cut.push(Uint8Array.of(7));
    cut.run(100);
    expect(cut.stream.stats().bytes.held).toBe(1);
    cut.expectBalance();
  });

  test("keeps 120 s, refuses the newest beyond it, and counts what it refused", () => {
    const rig = new Rig(l16(8000));
    const second = counted(8000);
    for (let s = 0; s < 119; s++) expect(rig.push(second)).toBe(16_000);
    let accepted = 0;
    for (let s = 0; s < 3; s++) accepted += rig.push(second);
    expect(accepted).toBeLessThanOrEqual(16_000 * 1.05);
    const { bytes } = rig.stream.stats();
    expect(bytes.dropped).toBe(48_000 - accepted);
    expect(bytes.held).toBe(119 * 16_000 + accepted);
    rig.run(3000);
    expect(rig.push(second.subarray(0, 320))).toBe(320);
    rig.expectBalance();
  });
});

describe("flush", () => {
  test("is silent within 10 ms, without a step, and returns exactly what was not played", () => {
    const rig = new Rig(l16(16_000), 48_000);
    rig.push(pcm(new Float32Array(16_000 * 4).fill(0.8)));
    rig.run(1000);
    const before = rig.stream.stats().bytes;
    expect(before.played).toBeGreaterThan(16_000);
    const { removedBytes, heardMs } = rig.stream.flush(before.received);
    const after = rig.stream.stats().bytes;
    expect(removedBytes).toBe(before.received - after.played);
    expect(after).toMatchObject({ flushed: removedBytes, held: 0, dropped: 0 });
    expect(Math.abs(heardMs - after.played / 32)).toBeLessThanOrEqual(20);
    const edge = rig.output.at(-1)!;
    const tail = rig.run(300);
    expect(tail.subarray(480).every((value) => Math.abs(value) < 1e-4)).toBe(true);
    expect(tail.subarray(336).every((value) => Math.abs(value) < 0.008)).toBe(true); // 40 dB down after 7 ms
    const steps = tail.map((value, i) => Math.abs(value - (tail[i - 1] ?? edge)));
    expect(steps.every((step) => step <= 0.01)).toBe(true);
    rig.expectBalance();
  });

  test("removes what came before the position and plays what came after it, however late it is asked", () => {
    for (const lateMs of [0, 40, 400]) {
      const rig = new Rig(l16(16_000));
      rig.push(counted(16_000));
      rig.run(200);
      const position = rig.stream.stats().bytes.received;
      const next = pcm(new Float32Array(8000).fill(-0.5));
      rig.push(next);
      rig.run(lateMs);
      const { removedBytes } = rig.stream.flush(position);
      const { bytes } = rig.stream.stats();
      expect(removedBytes).toBe(position - bytes.played);
      expect(bytes.held).toBe(next.length);
      const rest = rig.run(1200);
      const negative = rest.filter((value) => Math.abs(value + 0.5) < 1e-3).length;
      expect(negative).toBeGreaterThan(8000 - 240);
      const done = rig.stream.stats().bytes;
      expect([done.held, done.flushed, done.played]).toEqual([0, removedBytes, position + next.length - removedBytes]);
      rig.expectBalance();
    }
  });

  test("discards bytes before the position that arrive after it, and not one more", () => {
    const rig = new Rig(l16(16_000));
    rig.push(counted(8000));
    rig.run(300);
    const { removedBytes } = rig.stream.flush(20_000);
    const played = rig.stream.stats().bytes.played;
    expect(removedBytes).toBe(20_000 - played);
    expect(rig.stream.stats().pendingFlushBytes).toBe(4000);
    expect(rig.push(new Uint8Array(1000).fill(0x11))).toBe(1000);
    expect(rig.stream.stats().pendingFlushBytes).toBe(3000);
    const rest = new Uint8Array(3000 + 6400);
    rest.fill(0x11, 0, 3000);
    rest.set(pcm(new Float32Array(3200).fill(0.25)), 3000);
    rig.push(rest);
    const { bytes, pendingFlushBytes } = rig.stream.stats();
    expect([bytes.flushed, bytes.held, pendingFlushBytes]).toEqual([removedBytes, 6400, 0]);
    const output = rig.run(600);
    expect(output.subarray(400).every((value) => value > -0.01 && value < 0.26)).toBe(true);
    expect(rig.stream.stats().bytes.played).toBe(played + 6400);
    rig.expectBalance();
  });

  test("asked twice, or for what was played long ago, removes nothing more", () => {
    const rig = new Rig(l16(8000));
    rig.push(counted(8000));
    rig.run(400);
    expect(rig.stream.flush(10).removedBytes).toBe(0);
    expect(rig.stream.flush(16_000).removedBytes).toBeGreaterThan(0);
    expect(rig.stream.flush(16_000).removedBytes).toBe(0);
    for (const position of [-1, Number.NaN, Number.POSITIVE_INFINITY, 0]) {
      expect(rig.stream.flush(position).removedBytes).toBe(0);
    }
    rig.expectBalance();
  });

  test("a position inside a sample counts the bytes before it and keeps the stream aligned", () => {
    const rig = new Rig(l16(16_000));
    rig.push(counted(8000));
    rig.push(Uint8Array.of(0x55));
    rig.run(200);
    const { removedBytes } = rig.stream.flush(16_001);
    expect(removedBytes).toBe(16_001 - rig.stream.stats().bytes.played);
    const next = new Uint8Array(1 + 9600);
    next.set(pcm(new Float32Array(4800).fill(0.25)), 1);
    rig.push(next);
    const output = rig.run(600);
    expect(output.filter((value) => Math.abs(value - 0.25) < 1e-3).length).toBeGreaterThan(4800 - 240);
    expect(output.subarray(400).every((value) => value > -0.01 && value < 0.26)).toBe(true);
    rig.expectBalance();
  });
});

const step = fc.oneof(
  fc.record({ kind: fc.constant("push" as const), bytes: fc.integer({ min: 0, max: 4000 }) }),
  fc.record({ kind: fc.constant("burst" as const), seconds: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant("run" as const), ms: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ kind: fc.constant("flush" as const), share: fc.double({ min: 0, max: 1.2, noNaN: true }) }),
);

describe("any schedule of push, pull and flush", () => {
  test.each([
    [{ codec: "L16", sampleRate: 8000 }, 48_000],
    [{ codec: "L16", sampleRate: 48_000 }, 44_100],
    [{ codec: "PCMU", sampleRate: 8000 }, 16_000],
    [{ codec: "G722", sampleRate: 16_000 }, 48_000],
  ] as const)("balances to the byte: %o on a device at %i Hz", (format, deviceRate) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const rig = new Rig(format, deviceRate);
        let sent = 0;
        const noise = new Uint8Array(4000).map((_, i) => (i * 73) ^ (i >> 3));
        for (const action of steps) {
          if (action.kind === "push") {
            rig.push(noise.subarray(0, action.bytes));
            sent += action.bytes;
          } else if (action.kind === "burst") {
            for (let i = 0; i < action.seconds * 4; i++) rig.push(noise);
            sent += action.seconds * 16_000;
          } else if (action.kind === "run") {
            expect(rig.run(action.ms).every((value) => Math.abs(value) < 4)).toBe(true);
          } else {
            const position = Math.floor(sent * action.share);
            const before = rig.stream.stats();
            const { removedBytes } = rig.stream.flush(position);
            const after = rig.stream.stats();
            const discarded = after.bytes.flushed - before.bytes.flushed;
            const pending = after.pendingFlushBytes - before.pendingFlushBytes;
            // All that will not be played of what came before the position; half a sample may go with it.
            expect(Math.abs(removedBytes - discarded - pending)).toBeLessThanOrEqual(1);
            expect(removedBytes).toBeGreaterThanOrEqual(0);
          }
          expect(rig.stream.stats().bytes.received).toBe(sent);
          rig.expectBalance();
        }
      }),
      { seed: 5, numRuns: 25 },
    );
  });
});
