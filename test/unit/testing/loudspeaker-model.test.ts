import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LoudspeakerModel } from "../../../lib/testing/loudspeaker-model.ts";
import { SimulatedClock } from "../../../lib/testing/simulated-clock.ts";

/** What it must do, byte by byte: 1 byte a millisecond. */
class Simple {
  readonly stream: { value: number; fate: "waits" | "played" | "flushed" }[] = [];
  flushedTo = 0;

  receive(bytes: Uint8Array): void {
    for (const value of bytes) {
      this.stream.push({ value, fate: this.stream.length < this.flushedTo ? "flushed" : "waits" });
    }
  }

  tick(): void {
    const next = this.stream.find(({ fate }) => fate === "waits");
    if (next) next.fate = "played";
  }

  flush(position: number): number {
    const before = this.stream.filter(({ fate }) => fate === "flushed").length;
    for (const byte of this.stream.slice(0, position)) if (byte.fate === "waits") byte.fate = "flushed";
    const arrived = this.stream.filter(({ fate }) => fate === "flushed").length - before;
    const from = Math.max(this.flushedTo, this.stream.length);
    this.flushedTo = Math.max(this.flushedTo, position);
    return arrived + Math.max(0, position - from);
  }
}

describe("LoudspeakerModel", () => {
  it("plays, forgets and reports exactly what a byte-by-byte loudspeaker does", async () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant("receive" as const), count: fc.nat(30) }),
      fc.record({ type: fc.constant("wait" as const), count: fc.nat(30) }),
      fc.record({ type: fc.constant("flush" as const), count: fc.integer({ min: -20, max: 20 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const clock = new SimulatedClock(0);
        const model = new LoudspeakerModel(clock, 1000);
        const simple = new Simple();
        let value = 0;
        for (const { type, count } of steps) {
          if (type === "receive") {
            const bytes = new Uint8Array(count).map(() => value++ & 255);
            model.receive(bytes);
            simple.receive(bytes);
          } else if (type === "wait") {
            await clock.advance(count);
            for (let ms = 0; ms < count; ms++) simple.tick();
          } else {
            const position = Math.max(0, simple.stream.length + count);
            expect(model.flush(position).removedBytes).toBe(simple.flush(position));
          }
        }
        const kept = simple.stream.filter(({ fate }) => fate !== "flushed").map((byte) => byte.value);
        expect([...model.sound]).toEqual(kept);
      }),
      { seed: 3, numRuns: 400 },
    );
  });

  it("tells how much of the interrupted utterance was heard", async () => {
    const clock = new SimulatedClock(0);
    const model = new LoudspeakerModel(clock, 16_000);
    model.receive(new Uint8Array(16_000));
    await clock.advance(250);
    expect(model.flush(16_000)).toEqual({ removedBytes: 12_000, heardMs: 250 });
    expect(model.flush(16_000)).toEqual({ removedBytes: 0, heardMs: 0 });
  });
});
