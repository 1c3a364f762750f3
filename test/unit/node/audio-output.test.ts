import { describe, expect, it } from "vitest";
import { AudioOutput } from "../../../lib/node/audio-output.ts";
import { callFormat } from "../../../lib/node/call-format.ts";
import { findCodec } from "../../../lib/protocol/index.ts";
import type { Transport } from "../../../lib/transport/transport.ts";
import { ManualClock } from "./manual-clock.ts";

function rig(codec = "PCMU/8000/1", live = false) {
  const clock = new ManualClock();
  const started = clock.now();
  const frames: { at: number; bytes: number }[] = [];
  const state = { full: false };
  const transport = {
    live,
    sendFrame: (bytes: Uint8Array) => {
      if (state.full) return false;
      frames.push({ at: clock.now() - started, bytes: bytes.byteLength });
      return true;
    },
    flushed: () => Promise.resolve(),
  } as unknown as Transport;
  const output = new AudioOutput(transport, callFormat(findCodec(codec)!), clock);
  return { clock, frames, output, state };
}

describe("sound that is sent at once", () => {
  it("may lie in memory that is used again, whoever carries it", () => {
    for (const copiesFrames of [false, true]) {
      const kept: Uint8Array[] = [];
      const sendFrame = (bytes: Uint8Array): boolean => {
        kept.push(copiesFrames ? Uint8Array.from(bytes) : bytes);
        return true;
      };
      const transport = { copiesFrames, sendFrame } as unknown as Transport;
      const output = new AudioOutput(transport, callFormat(findCodec("PCMU/8000/1")!), new ManualClock());
      for (const bytes of [Buffer.alloc(400, 7), new Uint8Array(160).fill(7)]) {
        output.send(bytes);
        bytes.fill(0);
      }
      expect(kept.map((frame) => frame.length)).toEqual([160, 160, 80, 160]);
      expect(kept.every((frame) => frame.every((byte) => byte === 7))).toBe(true);
    }
  });
});

describe("the paced writer", () => {
  it("sends a frame every 20 ms on an absolute schedule, whenever its timers come", async () => {
    const { clock, frames, output } = rig();
    const spoken = output.speak(new Uint8Array(800));
    await clock.advance(25);
    clock.sleep(13); // the timer for 40 ms comes at 43, say
    await clock.advance(1000);
    expect(frames.map(({ bytes }) => bytes)).toEqual([160, 160, 160, 160, 160]);
    expect(frames.map(({ at }) => at)).toEqual([0, 20, 40, 60, 80]);
    expect(await spoken).toEqual({ sentBytes: 800, complete: true });
  });

  it("catches up after a short pause of this process and starts anew after a long one", async () => {
    const { clock, frames, output } = rig();
    void output.speak(new Uint8Array(160 * 100));
    await clock.advance(100);
    clock.sleep(105);
    await clock.advance(0);
    expect(frames.length).toBe(11);
    clock.sleep(1000);
    await clock.advance(0);
    expect(frames.length).toBe(12);
    await clock.advance(40);
    expect(frames.length).toBe(14);
  });

  it("goes on without a gap when the next piece is written in time", async () => {
    const { clock, frames, output } = rig();
    void output.write(new Uint8Array(200));
    await clock.advance(22);
    void output.write(new Uint8Array(120));
    await clock.advance(200);
    expect(frames).toEqual([
      { at: 0, bytes: 160 },
      { at: 20, bytes: 40 },
      { at: 25, bytes: 120 },
    ]);
  });

  it("sends faster than it is played when asked to, and at once with an infinite speed", async () => {
    const { clock, frames, output } = rig();
    void output.speak(new Uint8Array(1600), { speed: 4 });
    await clock.advance(1000);
    expect(frames.map(({ at }) => at)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
    frames.length = 0;
    void output.speak(new Uint8Array(160_000), { speed: Number.POSITIVE_INFINITY });
    await clock.advance(1);
    expect(frames.length).toBe(1000);
    expect(() => output.speak(new Uint8Array(2), { speed: 0 })).toThrow(RangeError);
  });

  it("keeps utterances in order and tells each when it was sent", async () => {
    const { clock, output } = rig();
    const order: string[] = [];
    void output.speak(new Uint8Array(320)).then(() => order.push("first"));
    void output.speak(new Uint8Array(160), { speed: 2 }).then(() => order.push("second"));
    void output.flush().then(() => order.push("flushed"));
    await clock.advance(1000);
    expect(order).toEqual(["first", "second", "flushed"]);
  });

  it("resolves a write when there is room for more", async () => {
    const { clock, output } = rig();
    const order: string[] = [];
    void output.write(new Uint8Array(8000)).then(() => order.push("first"));
    await clock.advance(0);
    void output.write(new Uint8Array(8000)).then(() => order.push("second"));
    await clock.advance(900);
    expect(order).toEqual(["first"]);
    await clock.advance(200);
    expect(order).toEqual(["first", "second"]);
  });

  it("waits with what the connection does not take, and loses nothing", async () => {
    const { clock, frames, output, state } = rig();
    state.full = true;
    const spoken = output.speak(new Uint8Array(480));
    await clock.advance(95);
    expect(frames).toEqual([]);
    expect(output.send(new Uint8Array(300))).toBe(false);
    expect(output.refusedBytes).toBe(300);
    state.full = false;
    await clock.advance(100);
    expect(frames.map(({ bytes }) => bytes)).toEqual([160, 160, 160]);
    expect((await spoken).complete).toBe(true);
  });

  it("is drained when the sound has been played, not when it was sent", async () => {
    const { clock, output } = rig();
    void output.speak(new Uint8Array(8000), { speed: Number.POSITIVE_INFINITY });
    let drained = false;
    void output.drained().then(() => {
      drained = true;
    });
    await clock.advance(900);
    expect([drained, output.playing]).toEqual([false, true]);
    await clock.advance(300);
    expect([drained, output.playing]).toEqual([true, false]);
  });

  it("takes back what was not sent, and begins a new utterance afterwards", async () => {
    const { clock, output } = rig();
    const spoken = output.speak(new Uint8Array(16_000));
    await clock.advance(50);
    expect([output.sentBytes, output.utteranceBytes, output.queuedBytes]).toEqual([480, 480, 15_520]);
    expect(output.discard()).toBe(15_520);
    expect(await spoken).toEqual({ sentBytes: 480, complete: false });
    await clock.advance(100);
    expect(output.sentBytes).toBe(480);
    void output.speak(new Uint8Array(160));
    await clock.advance(1);
    expect([output.sentBytes, output.utteranceBytes]).toEqual([640, 160]);
  });

  it("counts sound that follows closely to the same utterance, and later sound to a new one", async () => {
    const { clock, output } = rig();
    void output.speak(new Uint8Array(160));
    await clock.advance(200);
    void output.speak(new Uint8Array(160));
    await clock.advance(200);
    expect(output.utteranceBytes).toBe(320);
    await clock.advance(1000);
    void output.speak(new Uint8Array(160));
    await clock.advance(200);
    expect(output.utteranceBytes).toBe(160);
  });

  it("sends whole samples only", async () => {
    const { clock, frames, output } = rig("L16/8000/1");
    void output.speak(new Uint8Array(323));
    await clock.advance(100);
    expect(frames.map(({ bytes }) => bytes)).toEqual([320, 2]);
  });

  it("does not send after the end of the call", async () => {
    const { clock, frames, output } = rig();
    const spoken = output.speak(new Uint8Array(1600));
    await clock.advance(20);
    output.end();
    await clock.advance(1000);
    expect(frames.length).toBe(2);
    expect((await spoken).complete).toBe(false);
    expect(output.send(new Uint8Array(160))).toBe(false);
    expect(await output.speak(new Uint8Array(160))).toEqual({ sentBytes: 0, complete: false });
    await output.drained();
  });
});

describe("sound that is sent ahead", () => {
  it("is not, where nothing waits at the far end", async () => {
    const { clock, frames, output } = rig("PCMU/8000/1", true);
    void output.speak(new Uint8Array(480), { speed: Number.POSITIVE_INFINITY });
    await clock.advance(1000);
    expect(frames.map(({ at }) => at)).toEqual([0, 20, 40]);
  });

  it("leaves other calls their turn: so much of it goes in one", async () => {
    const { clock, frames, output } = rig();
    void output.speak(new Uint8Array(1 << 18), { speed: Number.POSITIVE_INFINITY });
    const sent = () => frames.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(sent()).toBeGreaterThanOrEqual(1 << 16);
    expect(sent()).toBeLessThan((1 << 16) + 160);
    await clock.advance(0);
    expect(sent()).toBe(1 << 18);
  });

  it("and is taken back is not waited for: what is said next keeps its own time", async () => {
    const { clock, frames, output } = rig();
    void output.speak(new Uint8Array(800));
    await clock.advance(30);
    expect(output.discard()).toBe(480);
    expect(clock.timers).toBe(0);
    void output.speak(new Uint8Array(480));
    await clock.advance(1000);
    expect(frames.map(({ at }) => at)).toEqual([0, 20, 30, 50, 70]);
  });
});

describe("sound that cannot be sent at once", () => {
  it("is counted from where it stopped", () => {
    const { output, frames, state } = rig();
    const send = (bytes: number) => output.send(new Uint8Array(bytes));
    expect(send(400)).toBe(true);
    state.full = true;
    expect([send(100), output.refusedBytes]).toEqual([false, 100]);
    state.full = false;
    const { push } = frames;
    frames.push = (frame) => {
      state.full = true;
      return push.call(frames, frame);
    };
    expect([send(400), output.refusedBytes, output.sentBytes]).toEqual([false, 100 + 240, 400 + 160]);
  });
});
