import { describe, expect, it } from "vitest";
import { createFaultyTransportPair, type FaultyPairOptions, SimulatedClock } from "../../../lib/testing/index.ts";
import type { TransportClose } from "../../../lib/transport/index.ts";
import { contract, farPeer } from "../transport/contract.ts";

/** Both ends listened to; what arrives is noted with its time. */
function rig(options: FaultyPairOptions = {}) {
  const clock = new SimulatedClock(0);
  const { near, far, link } = createFaultyTransportPair({ clock, ...options });
  const arrived: { at: number; what: string | number }[] = [];
  const closes: TransportClose[] = [];
  far.openMedia();
  far.listen({
    text: ({ text }) => void arrived.push({ at: clock.now(), what: text }),
    frame: (frame) => void arrived.push({ at: clock.now(), what: frame[0] ?? -1 }),
    close: (close) => void closes.push(close),
  });
  near.openMedia();
  near.listen({ text: () => {}, frame: () => {}, close: (close) => void closes.push(close) });
  /** One frame every 20 ms, each with its number in it. */
  const stream = async (count: number, bytes = 320): Promise<void> => {
    for (let index = 0; index < count; index++) {
      near.sendFrame(new Uint8Array(bytes).fill(index));
      await clock.advance(20);
    }
  };
  return { clock, near, far, link, arrived, closes, stream };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("a faulty pair", () => {
  for (const { name, run } of contract) {
    it(`without faults: ${name}`, () =>
      run(async (limits) => {
        const { near, far, link } = createFaultyTransportPair(limits);
        return { near, far: farPeer(far, () => link.sever()), dispose: async () => void (await far.close()) };
      }));
  }

  it("delays, and keeps the order of messages and frames whatever the jitter", async () => {
    const { near, arrived, clock, stream } = rig({ script: "delay 60±50", seed: 3 });
    await stream(20);
    near.sendText("after the frames");
    await clock.advance(200);
    expect(arrived.map(({ what }) => what)).toEqual([...numbers(20), "after the frames"]);
    const delays = arrived.slice(0, 20).map(({ at }, index) => at - 20 * index);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...delays)).toBeLessThanOrEqual(110 + 20 * 5);
    expect(new Set(delays).size).toBeGreaterThan(10);
  });

  it("does the same again from the same seed, and something else from another", async () => {
    const times = async (seed: number): Promise<unknown> => {
      const { arrived, stream, clock, link } = rig({ script: "delay 50±40; drop 20%; stall 300 at 250", seed });
      await stream(40);
      await clock.advance(1000);
      return [arrived, link.actions, link.flows];
    };
    expect(await times(5)).toEqual(await times(5));
    expect(await times(5)).not.toEqual(await times(6));
  });

  it("holds everything during a stall and lets it go at once", async () => {
    const { arrived, stream, link } = rig({ script: "up stall 400 at 105" });
    await stream(40);
    const held = numbers(40).filter((index) => index * 20 > 105 && index * 20 < 505);
    expect(arrived.filter(({ at }) => at === 505).map(({ what }) => what)).toEqual(held);
    expect(arrived.filter(({ at }) => at > 105 && at < 505)).toEqual([]);
    expect(arrived.map(({ what }) => what)).toEqual(numbers(40));
    expect(link.actions).toEqual([
      { atMs: 105, connection: 1, direction: "up", what: "up stall 400 at 105" },
      { atMs: 505, connection: 1, direction: "up", what: `burst of ${held.length}, ${held.length * 320} bytes` },
    ]);
  });

  it("stalls again and again", async () => {
    const { stream, link } = rig({ script: "down stall 100 every 300" });
    await stream(50);
    expect(link.actions.filter(({ what }) => what.includes("stall")).map(({ atMs }) => atMs)).toEqual([300, 600, 900]);
  });

  it("lets no more through than its limit", async () => {
    const { arrived, clock, stream } = rig({ script: "limit 8000" });
    await stream(20); // 16,000 bytes a second
    expect(arrived.length).toBeLessThan(12);
    await clock.advance(5000);
    expect(arrived.map(({ at }) => at)).toEqual(numbers(20).map((index) => 40 * (index + 1)));
  });

  it("loses its share of frames, never messages, and counts", async () => {
    const { near, arrived, stream, link } = rig({ script: "up drop 30%", seed: 11 });
    for (let text = 0; text < 50; text++) near.sendText(`t${text}`);
    await stream(400);
    const frames = arrived.filter(({ what }) => typeof what === "number").length;
    expect(arrived.length - frames).toBe(50);
    expect(link.flows.up.droppedFrames).toBe(400 - frames);
    expect(frames).toBeGreaterThan(240);
    expect(frames).toBeLessThan(320);
  });

  it("swallows everything in a black hole, the goodbye too", async () => {
    const { near, arrived, closes, stream, link, clock } = rig({ script: "black-hole after 1000" });
    await stream(10);
    expect(arrived.map(({ what }) => what)).toEqual([0, 1, 2, 3]);
    await near.close();
    await clock.advance(60_000);
    expect(closes).toEqual([{ by: "local", code: 1000, reason: "" }]);
    expect(link.flows.up).toMatchObject({ frames: 4, discardedBytes: 6 * 320 });
    expect(clock.pending).toBe(0);
  });

  it("resets: both sides lose the connection, and what was on its way is gone", async () => {
    const { arrived, closes, stream, clock } = rig({ script: "delay 100; reset at 150" });
    await stream(10);
    expect(arrived.map(({ what }) => what)).toEqual([0, 1, 2]);
    expect(closes.map(({ by }) => by)).toEqual(["lost", "lost"]);
    await clock.advance(1000);
    expect(clock.pending).toBe(0);
  });

  it("carries the goodbye behind what was said before it", async () => {
    const { near, arrived, closes, clock } = rig({ script: "delay 200" });
    near.sendText("last words");
    void near.close(4001, "enough");
    await clock.advance(100);
    expect([arrived.length, closes.length]).toEqual([0, 1]);
    await clock.advance(100);
    expect(arrived).toEqual([{ at: 200, what: "last words" }]);
    expect(closes[1]).toEqual({ by: "remote", code: 4001, reason: "enough" });
  });

  it("takes phases while it runs, and takes them away again", async () => {
    const { arrived, stream, link, clock } = rig();
    await stream(5);
    const slow = link.apply("delay 500");
    await stream(5);
    slow.end();
    await clock.advance(2000);
    arrived.length = 0;
    await stream(3);
    expect(arrived.map(({ at }) => at % 20)).toEqual([0, 0, 0]);
    expect(arrived.map(({ what }) => what)).toEqual([0, 1, 2]);
  });

  it("stamps messages with the media that arrived before them, also where some was lost", async () => {
    const clock = new SimulatedClock(0);
    const { near, far } = createFaultyTransportPair({ clock, script: "delay 50±50; drop 50%", seed: 9 });
    const positions: number[] = [];
    let bytes = 0;
    far.openMedia();
    far.listen({
      text: ({ mediaBytes }) => void positions.push(mediaBytes - bytes),
      frame: (frame) => {
        bytes += frame.byteLength;
      },
      close: () => {},
    });
    for (let index = 0; index < 60; index++) {
      near.sendFrame(new Uint8Array(100));
      if (index % 7 === 0) near.sendText("where?");
      await clock.advance(20);
    }
    await clock.advance(500);
    expect(positions).toEqual(new Array(9).fill(0));
  });

  it.each(["corrupt 1", "truncate", "half-close", "refuse"])("says that it cannot %s", (script) => {
    const refused = expect.objectContaining({ code: "fault-unsupported", action: expect.stringContaining("proxy") });
    expect(() => createFaultyTransportPair({ script })).toThrow(refused);
    expect(() => createFaultyTransportPair().link.apply(script)).toThrow(refused);
  });
});
