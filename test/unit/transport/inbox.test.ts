import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

describe("a transport over a socket", () => {
  it("waits for the answer to its goodbye no longer than it takes to come", async () => {
    let events: WireEvents | undefined;
    const terminate = vi.fn();
    const wire: Wire = {
      bufferedBytes: 0,
      listen: (given) => {
        events = given;
      },
      sendText: () => {},
      sendFrame: () => {},
      close: () => {},
      terminate,
    };
    const transport = new SocketTransport(wire, { profile: "rtvbp.v1", thread: "main" });
    const closed = transport.close(1000, "done");
    expect(vi.getTimerCount()).toBe(1);
    events!.close(1000, "", true);
    expect(await closed).toEqual({ by: "local", code: 1000, reason: "done" });
    expect(vi.getTimerCount()).toBe(0);
    expect(terminate).not.toHaveBeenCalled();
  });
});
