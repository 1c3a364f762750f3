import { connect as connectTcp } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ConductOptions, type CutOffCause, watchConduct } from "../../../lib/node/conduct.ts";
import type { WatchedWire } from "../../../lib/node/wire/watched-wire.ts";
import type { SocketTransport } from "../../../lib/transport/socket-transport.ts";
import { afterwards, bareClient, closing, serve } from "./server-rig.ts";
import { dial, until } from "./voice-side.ts";

/** A wire and its transport, as far as their conduct is watched. */
function rig(options: ConductOptions) {
  const wire = {
    pings: 0,
    onHeard: (() => true) as WatchedWire["onHeard"],
    onSent: (() => {}) as WatchedWire["onSent"],
    onGone: () => {},
    ping: () => void wire.pings++,
  };
  const ends: string[] = [];
  const causes: CutOffCause[] = [];
  const transport = {
    get closed() {
      return ends.length > 0;
    },
    abandon: (reason: string) => void ends.push(`lost: ${reason}`),
    close: (code: number, reason: string) => void ends.push(`${code} ${reason}`),
  };
  watchConduct(wire as unknown as WatchedWire, transport as unknown as SocketTransport, {
    pingIntervalMs: 1000,
    ...options,
    onCutOff: (cause) => causes.push(cause),
  });
  return { wire, ends, causes };
}

describe("the conduct of a peer", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is given up as lost after two pings without a sign, and not before", () => {
    const { ends, causes, wire } = rig({});
    vi.advanceTimersByTime(2999);
    expect([ends, wire.pings]).toEqual([[], 2]);
    vi.advanceTimersByTime(1);
    expect([ends, causes]).toEqual([["lost: no sign of life for 2000 ms"], ["dead"]]);
  });

  it("counts any sign: message, sound, ping or pong", () => {
    for (const sign of ["text", "frame", "ping", "pong"] as const) {
      const { ends, wire } = rig({ maxUnansweredPings: 0 });
      for (let second = 0; second < 20; second++) {
        vi.advanceTimersByTime(1000);
        wire.onHeard(sign);
      }
      expect(ends).toEqual([]);
    }
  });

  it("is slow when it goes on sending and leaves four pings unanswered", () => {
    const { ends, causes, wire } = rig({});
    for (let ping = 1; ping <= 4; ping++) {
      vi.advanceTimersByTime(1000);
      wire.onHeard("frame");
    }
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect([ends, causes]).toEqual([["lost: it has read nothing for 4000 ms"], ["slow"]]);
  });

  it("is not slow when it answers late", () => {
    const patient = rig({ maxUnansweredPings: 6 });
    for (let tick = 0; tick < 60; tick++) {
      vi.advanceTimersByTime(1000);
      patient.wire.onHeard("frame");
      if (tick % 5 === 0) patient.wire.onHeard("pong");
    }
    expect(patient.ends).toEqual([]);
  });

  it("may send so many messages at once and so many a second, and sound as it likes", () => {
    const { ends, causes, wire } = rig({ messageRate: { burst: 3, perSecond: 2 }, pingIntervalMs: 0 });
    const send = () => wire.onHeard("text");
    expect([send(), send(), send()]).toEqual([true, true, true]);
    for (let frame = 0; frame < 1000; frame++) expect(wire.onHeard("frame")).toBe(true);
    vi.advanceTimersByTime(1000);
    expect([send(), send(), send()]).toEqual([true, true, false]);
    expect([ends, causes]).toEqual([["4429 too many messages"], ["rate"]]);
    expect(send()).toBe(false);
    expect(causes.length).toBe(1);
  });

  it("may be silent for the idle time-out, and no longer", () => {
    const { ends, causes, wire } = rig({ idleTimeoutMs: 4000, pingIntervalMs: 0 });
    vi.advanceTimersByTime(3000);
    wire.onHeard("frame");
    wire.onHeard("pong");
    vi.advanceTimersByTime(4000);
    expect(ends).toEqual([]);
    wire.onHeard("pong");
    wire.onHeard("ping"); // it lives, and says nothing
    vi.advanceTimersByTime(1000);
    expect([ends, causes]).toEqual([["4408 idle"], ["idle"]]);
  });

  it("may leave so much unread, and no more", async () => {
    const { ends, causes, wire } = rig({ maxBacklogBytes: 1000 });
    wire.onSent(1000);
    await vi.runOnlyPendingTimersAsync();
    expect(ends).toEqual([]);
    wire.onSent(1001);
    expect(ends).toEqual([]); // not from inside the send
    await vi.advanceTimersToNextTimerAsync();
    expect([ends, causes]).toEqual([["lost: it does not take what it is sent"], ["backlog"]]);
  });

  it("leaves no timer behind", () => {
    const { wire } = rig({ idleTimeoutMs: 1000 });
    expect(vi.getTimerCount()).toBe(2);
    wire.onGone();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a voice server and peers that misbehave", () => {
  it("cuts off one that sends messages without end, and counts it", async () => {
    const { url, server, log } = await serve({ messageRate: { perSecond: 1, burst: 20 } });
    const socket = await bareClient(url);
    const closed = closing(socket);
    for (let i = 0; i < 200; i++) socket.send(`{"version":"1","id":"${i}","event":"unheard.of"}`);
    expect(await closed).toEqual({ code: 4429, reason: "too many messages" });
    await until(() => server.stats().sessions === 0);
    expect(server.stats().cutOff).toEqual({ dead: 0, slow: 0, backlog: 0, rate: 1, idle: 0 });
    expect(log.join("\n")).toContain('"cause":"rate"');
    await dial({ url }); // others are not touched
  });

  it("cuts off one that sends but does not read", async () => {
    const { url, server } = await serve({ pingIntervalMs: 5, maxUnansweredPings: 1 });
    const socket = await bareClient(url);
    socket.pause();
    const talking = setInterval(() => socket.send(new Uint8Array(320)), 1);
    afterwards(() => clearInterval(talking));
    await until(() => server.stats().cutOff.slow === 1, "the slow consumer to be cut off");
    await until(() => server.stats().sessions === 0);
  });

  it("cuts off one that is sent more than it takes", async () => {
    const { url, server } = await serve({ maxBacklogBytes: 1 << 16, pingIntervalMs: 0 });
    const socket = await bareClient(url);
    await until(() => server.stats().sessions === 1);
    socket.pause();
    const [call] = server.sessions;
    const text = "x".repeat(1 << 15);
    // The system's own buffers take some first.
    await until(() => {
      for (let i = 0; i < 50; i++) call!.agentSays(text);
      return server.stats().cutOff.backlog === 1;
    }, "the backlog to be cut off");
    await until(() => server.stats().sessions === 0);
  });

  it("cuts off one that is idle, and tells it so", async () => {
    const { url, server } = await serve({ idleTimeoutMs: 20 });
    const socket = await bareClient(url);
    expect(await closing(socket)).toEqual({ code: 4408, reason: "idle" });
    expect(server.stats().cutOff.idle).toBe(1);
  });

  it("does not wait for clients that never finish their request", async () => {
    const { url } = await serve({ headersTimeoutMs: 30 });
    const tcp = connectTcp(Number(new URL(url).port), "127.0.0.1");
    tcp.write("GET / HTTP/1.1\r\nHost: x\r\n");
    tcp.resume();
    await new Promise((resolve) => tcp.once("close", resolve));
  });
});
