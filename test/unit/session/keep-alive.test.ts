import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../lib/session/index.ts";
import { KeepAlive } from "../../../lib/session/keep-alive.ts";
import { createMemoryTransportPair } from "../../../lib/transport/memory.ts";
import { call, endsOf, rawVoice, turns } from "./pair.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const keepAlive = {};

/** A voice session with a peer that has frozen: it is connected, and says nothing any more. */
const frozen = () => rawVoice({ keepAlive, requestTimeoutMs: 60_000 });

describe("a session that is kept alive", () => {
  it("goes on for hours with a peer that answers, and measures the round trip", async () => {
    const { voice, application } = await call({ voice: { keepAlive } });
    await vi.advanceTimersByTimeAsync(2 * 3_600_000);
    expect([voice.state, application.state]).toEqual(["active", "active"]);
    expect(voice.stats().rttMs).toBe(0);
    await voice.hangUp();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("finds out within 12 s that a peer has frozen, and ends as lost without waiting for a handshake", async () => {
    const { session } = await frozen();
    const ends = endsOf(session);
    const start = Date.now();
    await vi.advanceTimersByTimeAsync(7999);
    expect(ends.events).toEqual([]);
    while (ends.events.length === 0) await vi.advanceTimersByTimeAsync(100);
    expect(Date.now() - start).toBeLessThanOrEqual(12_100);
    expect(ends.events).toMatchObject([{ reason: "session-lost", by: "network", resumable: true }]);
    await turns();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("takes sound for a sign of life: a peer that never answers a ping and speaks is not lost", async () => {
    const { session, peer } = await frozen();
    for (let second = 0; second < 60; second++) {
      peer.transport.sendFrame(new Uint8Array(320));
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(session.state).toBe("active");
    await session.close();
  });

  it("forgives a silence that ended: only what is missing twice in a row is lost", async () => {
    const { session, peer } = await frozen();
    for (let minute = 0; minute < 10; minute++) {
      peer.transport.sendFrame(new Uint8Array(320));
      await vi.advanceTimersByTimeAsync(7000); // one beat of 4 s without a word
    }
    expect(session.state).toBe("active");
    await session.close();
  });

  it("asks a doubtful connection at once: lost where nothing comes, and not where the peer answers", async () => {
    const { session, peer } = await frozen();
    const asked = () => peer.messages.filter(({ method }) => method === "ping").length;
    const before = asked();
    void session.check();
    void session.check();
    await turns();
    expect(asked() - before).toBe(1);
    await vi.advanceTimersByTimeAsync(2500);
    expect(await session.ended).toMatchObject({ by: "network", resumable: true });
    const { voice } = await call({ voice: { keepAlive } });
    await voice.check();
    expect(voice.state).toBe("active");
    await voice.close();
  });

  it("asks a doubtful connection, and is content with sound in place of an answer", async () => {
    const { session, peer } = await frozen();
    const checked = session.check();
    await vi.advanceTimersByTimeAsync(1000);
    peer.transport.sendFrame(new Uint8Array(320));
    await vi.advanceTimersByTimeAsync(1500);
    await checked;
    await turns();
    expect(session.state).toBe("active");
    await session.close();
  });

  it("is not fooled by beats that waited while its thread was frozen", async () => {
    const [near] = createMemoryTransportPair();
    let beat: (received: number) => void = () => undefined;
    vi.spyOn(near, "watch").mockImplementation((_everyMs, run) => {
      beat = run;
    });
    const [ping, lost] = [vi.fn(async () => undefined), vi.fn()];
    new KeepAlive({ clock: systemClock, transport: near, ping, lost }, {});
    for (const frozenMs of [4000, 10_000, 20_000]) {
      await vi.advanceTimersByTimeAsync(frozenMs);
      const asked = ping.mock.calls.length;
      for (let waited = 0; waited < 5; waited++) beat(7);
      await turns();
      expect(ping).toHaveBeenCalledTimes(asked + 1);
      await vi.advanceTimersByTimeAsync(4000);
      beat(8 + frozenMs);
    }
    expect(lost).not.toHaveBeenCalled();
    await near.close();
  });

  it("checks at once when the clock has jumped: the machine slept", async () => {
    const { session } = await frozen();
    await vi.advanceTimersByTimeAsync(4000);
    vi.setSystemTime(Date.now() + 3_600_000);
    const start = Date.now();
    await vi.advanceTimersByTimeAsync(4000 + 2500);
    expect(await session.ended).toMatchObject({ by: "network", resumable: true });
    expect(Date.now() - start).toBeLessThanOrEqual(6500);
  });

  it("checks at once when the clock was set back: who can say for how long the machine slept", async () => {
    const { session } = await frozen();
    await vi.advanceTimersByTimeAsync(4000);
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(4000 + 2500);
    expect(session.end).toMatchObject({ by: "network", resumable: true });
  });

  it("leaves a session without keepAlive alone", async () => {
    const { session, peer } = await rawVoice();
    await session.check();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.state).toBe("active");
    expect(peer.messages.filter(({ method }) => method === "ping")).toEqual([]);
    await session.close();
  });
});
