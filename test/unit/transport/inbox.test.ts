import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFramePipe, FrameWriter } from "../../../lib/frames/index.ts";
import { createCounters } from "../../../lib/transport/counters.ts";
import { Inbox } from "../../../lib/transport/inbox.ts";
import { limitsFrom } from "../../../lib/transport/limits.ts";
import { SocketTransport } from "../../../lib/transport/socket-transport.ts";
import type { Wire, WireEvents } from "../../../lib/transport/wire.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const inbox = (): Inbox => new Inbox(createCounters(), limitsFrom({}));

describe("the receiving half of a transport", () => {
  it("beats until it closes, and not while it does: nobody is to be called dead who is told goodbye", () => {
    const own = inbox();
    const beat = vi.fn();
    own.watch(10, beat);
    vi.advanceTimersByTime(35);
    expect(beat).toHaveBeenCalledTimes(3);
    own.silence();
    vi.advanceTimersByTime(100);
    expect(beat).toHaveBeenCalledTimes(3);
    own.watch(10, beat);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("hands on what was kept from the byte at which media was opened, and counts what came before as early", () => {
    const counters = createCounters();
    const own = new Inbox(counters, limitsFrom({}), 1000);
    const heard: number[] = [];
    own.connect((bytes) => heard.push(bytes[0]!) > 0);
    for (const frame of [1, 2, 3, 4]) own.frame(new Uint8Array(10).fill(frame), 0);
    own.openMedia(20);
    expect([heard, counters.earlyFrames]).toEqual([[3, 4], 2]);
  });

  it("gives media to who was connected for them, though a listener that would take frames comes later", () => {
    const own = inbox();
    const [sunk, listened] = [vi.fn(() => true), vi.fn()];
    own.openMedia();
    own.connect(sunk);
    own.listen({ text: () => {}, frame: listened, close: () => {} });
    own.frame(new Uint8Array(10), 0);
    expect([sunk.mock.calls.length, listened.mock.calls.length]).toEqual([1, 0]);
  });

  it("counts as early what waited for media to be opened and never was", () => {
    const counters = createCounters();
    const own = new Inbox(counters, limitsFrom({}), 1000);
    own.frame(new Uint8Array(10), 0);
    own.frame(new Uint8Array(10), 0);
    expect(counters.earlyFrames).toBe(0);
    own.end({ by: "remote", code: 1000, reason: "" });
    expect(counters.earlyFrames).toBe(2);
  });

  it("has its room again once a reader that was slow has taken what waited", () => {
    const counters = createCounters();
    const own = new Inbox(counters, limitsFrom({ heldBytes: 30 }));
    let [room, taken] = [0, 0];
    own.openMedia();
    own.connect(() => {
      if (taken >= room) return false;
      taken++;
      return true;
    });
    for (let round = 1; round <= 3; round++) {
      for (let frame = 0; frame < 3; frame++) own.frame(new Uint8Array(10), 0);
      expect(counters.droppedDownlinkFrames).toBe(0);
      room = 3 * round;
      vi.advanceTimersByTime(5);
      expect(taken).toBe(room);
    }
    for (let frame = 0; frame < 4; frame++) own.frame(new Uint8Array(10), 0);
    expect(counters.droppedDownlinkFrames).toBe(1);
    own.end({ by: "remote", code: 1000, reason: "" });
  });

  it("takes no reader for its word when it closes: what waits for room is forgotten, and no timer is left", () => {
    const own = inbox();
    own.openMedia();
    own.connect(() => false);
    own.frame(new Uint8Array(10), 0);
    expect(vi.getTimerCount()).toBe(1);
    own.end({ by: "remote", code: 1000, reason: "" });
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** A wire that the test holds the other end of. */
function fakeWire() {
  const wire = {
    bufferedBytes: 0,
    events: undefined as WireEvents | undefined,
    listen: (given: WireEvents) => {
      wire.events = given;
    },
    sendText: vi.fn(),
    sendFrame: vi.fn(),
    close: vi.fn(),
    terminate: vi.fn(),
  } satisfies Wire & Record<string, unknown>;
  return wire;
}

describe("a transport over a socket", () => {
  it("sends no sound while more than its mark waits in the socket, and control messages always", () => {
    const wire = fakeWire();
    const transport = new SocketTransport(wire, { profile: "rtvbp.v1", thread: "main", highWaterBytes: 100 });
    const sent = [99, 100, 101, 100].map((waiting) => {
      wire.bufferedBytes = waiting;
      transport.sendText("{}");
      return transport.sendFrame(new Uint8Array(10));
    });
    expect(sent).toEqual([true, true, false, true]);
    expect([wire.sendFrame.mock.calls.length, wire.sendText.mock.calls.length]).toEqual([3, 4]);
    expect(transport.snapshot()).toMatchObject({ droppedUplinkFrames: 1, sentFrames: 3, bufferedBytes: 100 });
    transport.abandon("done");
  });

  it("takes sound from where it was connected last, and from nowhere else", async () => {
    vi.useRealTimers();
    const wire = fakeWire();
    const transport = new SocketTransport(wire, { profile: "rtvbp.v1", thread: "main" });
    const microphones = [1, 2].map(() => {
      const [uplink, downlink] = [1, 2].map(() => createFramePipe({ shared: false, capacityBytes: 1 << 12 }));
      transport.connectMedia({ uplink: uplink!.rx, downlink: downlink!.tx });
      return new FrameWriter(uplink!.tx);
    });
    for (const [at, microphone] of microphones.entries()) microphone.write(new Uint8Array(4).fill(at), 0);
    await vi.waitFor(() => expect(wire.sendFrame).toHaveBeenCalled(), { timeout: 10_000 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(wire.sendFrame.mock.calls.map(([bytes]) => bytes[0])).toEqual([1]);
    transport.abandon("done");
    for (const microphone of microphones) microphone.close();
  });

  it("that is given up drops its connection at once, says so once, and holds nothing any more", async () => {
    const wire = fakeWire();
    const transport = new SocketTransport(wire, { profile: "rtvbp.v1", thread: "main" });
    const ends: unknown[] = [];
    transport.listen({ text: () => {}, close: (end) => ends.push(end) });
    wire.bufferedBytes = 50;
    transport.abandon("no sign of life");
    transport.abandon("again");
    wire.events?.close(1006, "", false);
    expect(ends).toEqual([{ by: "lost", code: 1006, reason: "no sign of life" }]);
    expect([wire.terminate.mock.calls.length, wire.close.mock.calls.length]).toEqual([1, 0]);
    expect([transport.snapshot().bufferedBytes, vi.getTimerCount()]).toEqual([0, 0]);
    expect(await transport.close()).toBe(ends[0]);
  });

  it("waits for the answer to its goodbye no longer than it takes to come", async () => {
    const wire = fakeWire();
    const transport = new SocketTransport(wire, { profile: "rtvbp.v1", thread: "main" });
    const closed = transport.close(1000, "done");
    expect(vi.getTimerCount()).toBe(1);
    wire.events!.close(1000, "", true);
    expect(await closed).toEqual({ by: "local", code: 1000, reason: "done" });
    expect(vi.getTimerCount()).toBe(0);
    expect(wire.terminate).not.toHaveBeenCalled();
  });
});
