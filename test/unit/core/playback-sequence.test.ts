import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AudioFormat, BlockCodec, PlaybackSequence, PlaybackStream } from "../../../lib/core/index.ts";
import { freshCore, freshSignals, sine } from "./core.ts";

const DEVICE_RATE = 48_000;
const QUANTUM_MS = 128_000 / DEVICE_RATE;

const PCMU: AudioFormat = { codec: "PCMU", sampleRate: 8000 };
const G722: AudioFormat = { codec: "G722", sampleRate: 16_000 };
const L16: AudioFormat = { codec: "L16", sampleRate: 24_000 };

const open = (format: AudioFormat): PlaybackStream =>
  new PlaybackStream(freshCore(), { format, deviceRate: DEVICE_RATE });

/** A 300 Hz tone that a live sender encodes, 20 ms at a time, in whatever codec is chosen. */
class Sender {
  readonly #encoded = new Map<AudioFormat, Uint8Array>();

  frame(format: AudioFormat, index: number): Uint8Array {
    let bytes = this.#encoded.get(format);
    if (!bytes) {
      const samples = Int16Array.from(sine(300, format.sampleRate, 4), (value) => Math.round(value * 32_767));
      bytes = new BlockCodec(freshSignals(), format).encode(samples).slice();
      this.#encoded.set(format, bytes);
    }
    const frameBytes = bytes.length / 200;
    const at = (index % 200) * frameBytes;
    return bytes.subarray(at, at + frameBytes);
  }
}

describe("a codec that changes during a call", () => {
  test.each([
    [PCMU, G722],
    [G722, PCMU],
    [L16, PCMU],
  ])("is heard without a break: %o then %o", (before, after) => {
    const sender = new Sender();
    const sequence = new PlaybackSequence(open(before));
    const heard: number[] = [];
    const out = new Float32Array(128);
    let frames = 0;
    let changed = false;
    for (let nowMs = 0; nowMs < 3500; nowMs += QUANTUM_MS) {
      for (; frames * 20 + 50 <= nowMs; frames++) {
        if (frames === 100) {
          sequence.append(open(after));
          changed = true;
        }
        // Its encoder begins anew, as the decoder does.
        const bytes = changed ? sender.frame(after, frames - 100) : sender.frame(before, frames);
        sequence.push(bytes, frames * 20 + 50);
      }
      sequence.pull(out, nowMs);
      heard.push(...out);
      const { received, played, dropped, flushed, held } = sequence.stats().bytes;
      expect(played + dropped + flushed + held).toBe(received);
    }
    let quiet = 0;
    let longest = 0;
    for (const value of heard.slice(DEVICE_RATE / 2)) {
      quiet = Math.abs(value) < 0.01 ? quiet + 1 : 0;
      longest = Math.max(longest, quiet);
    }
    expect(longest / 48).toBeLessThan(5);
    const { bytes, sender: kind } = sequence.stats();
    expect([bytes.dropped, bytes.flushed, kind]).toEqual([0, 0, "live"]);
    expect(sequence.playedPosition).toBeGreaterThan(bytes.received * 0.95);
  });

  test("a flush reaches over the change: all before the position, nothing after it", () => {
    const sender = new Sender();
    const sequence = new PlaybackSequence(open(PCMU));
    const out = new Float32Array(128);
    for (let i = 0; i < 100; i++) sequence.push(sender.frame(PCMU, i), 0); // 16,000 bytes
    for (let nowMs = 0; nowMs < 300; nowMs += QUANTUM_MS) sequence.pull(out, nowMs);
    sequence.append(open(G722));
    for (let i = 0; i < 100; i++) sequence.push(sender.frame(G722, i), 300); // 16,000 more
    const before = sequence.stats().bytes;
    const { removedBytes } = sequence.flush(20_000);
    const after = sequence.stats().bytes;
    expect(removedBytes).toBe(20_000 - after.played);
    expect(after).toMatchObject({ received: 32_000, held: 12_000, dropped: 0 });
    expect(before.played - after.played).toBeLessThanOrEqual(80);
    for (let nowMs = 300; nowMs < 2500; nowMs += QUANTUM_MS) sequence.pull(out, nowMs);
    expect(sequence.stats().bytes).toMatchObject({ held: 0, played: after.played + 12_000 });
  });

  test("any schedule of changes, pushes, pulls and flushes balances, and what is heard is finite", () => {
    const formats = [PCMU, G722, L16];
    const step = fc.oneof(
      fc.record({ kind: fc.constant("change" as const), to: fc.nat(2) }),
      fc.record({ kind: fc.constant("push" as const), bytes: fc.integer({ min: 0, max: 3000 }) }),
      fc.record({ kind: fc.constant("run" as const), quanta: fc.integer({ min: 1, max: 80 }) }),
      fc.record({ kind: fc.constant("flush" as const), share: fc.double({ min: 0, max: 1.2, noNaN: true }) }),
    );
    const noise = new Uint8Array(3000).map((_, i) => (i * 91) ^ (i >> 2));
    const out = new Float32Array(128);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 16 }), (steps) => {
        const sequence = new PlaybackSequence(open(PCMU));
        let nowMs = 0;
        let sent = 0;
        for (const action of steps) {
          if (action.kind === "change") sequence.append(open(formats[action.to]!));
          else if (action.kind === "push") {
            sequence.push(noise.subarray(0, action.bytes), nowMs);
            sent += action.bytes;
          } else if (action.kind === "flush") {
            expect(sequence.flush(Math.floor(sent * action.share)).removedBytes).toBeGreaterThanOrEqual(0);
          } else {
            for (let i = 0; i < action.quanta; i++, nowMs += QUANTUM_MS) {
              sequence.pull(out, nowMs);
              expect(out.every((value) => Math.abs(value) < 2)).toBe(true);
            }
          }
          const { received, played, dropped, flushed, held } = sequence.stats().bytes;
          expect(received).toBe(sent);
          expect(played + dropped + flushed + held).toBe(received);
        }
      }),
      { seed: 7, numRuns: 40 },
    );
  });
});
