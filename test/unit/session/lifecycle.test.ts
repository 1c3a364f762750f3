import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RemoteError } from "../../../lib/protocol/index.ts";
import { Session, SessionError } from "../../../lib/session/index.ts";
import { createMemoryTransportPair } from "../../../lib/transport/memory.ts";
import type { Transport } from "../../../lib/transport/transport.ts";
import {
  call,
  endsOf,
  errorOf,
  narrow,
  offer,
  rawApplication,
  rawSession,
  rawVoice,
  sessions,
  turns,
  wide,
} from "./pair.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1_763_640_000_000 }));
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("starting", () => {
  it("goes through connecting and initializing to active on both sides", async () => {
    const [near, far] = createMemoryTransportPair();
    const voice = new Session({ role: "voice", transport: near });
    const application = new Session({ role: "application", transport: async () => far });
    const states: string[] = [];
    voice.addEventListener("statechange", ({ state, previous }) => states.push(`voice ${previous}-${state}`));
    application.addEventListener("statechange", ({ state, previous }) => states.push(`app ${previous}-${state}`));
    expect(voice.state).toBe("idle");
    await Promise.all([voice.initialize(offer), application.start()]);
    await turns();
    expect(states).toEqual([
      "voice idle-connecting",
      "voice connecting-initializing",
      "app idle-connecting",
      "app connecting-initializing",
      "voice initializing-active",
      "app initializing-active",
    ]);
    expect([voice.codec, application.codec]).toEqual([wide, wide]);
    await voice.close();
  });

  it("sends session.initialize and session.updated and nothing else", async () => {
    const { session, peer } = await rawVoice();
    const codec = JSON.stringify(wide);
    expect(peer.received).toEqual([
      `{"version":"1","id":"1","method":"session.initialize","params":{"application":{"id":"app"},"call":{"id":"call-1","session_id":"session-1","from":"ann","to":"agent"},"audio_codec_offerings":[${codec},${JSON.stringify(narrow)}],"metadata":null}}`,
      `{"version":"1","id":"2","event":"session.updated","data":{"audio_codec":${codec}}}`,
    ]);
    await session.close();
  });

  it("lets the application pick, and opens media on both sides before the first frame", async () => {
    const frames: number[] = [];
    const { voice, application, near, far } = sessions({
      voice: { onFrame: (frame) => frames.push(frame.length) },
      application: { onInitialize: async ({ audio_codec_offerings }) => audio_codec_offerings[1]! },
    });
    near.sendFrame(new Uint8Array(320));
    await turns();
    expect((await far.stats()).earlyFrames).toBe(1);
    application.on("session.updated", () => far.sendFrame(new Uint8Array(320)));
    expect(await voice.initialize(offer)).toBe(narrow);
    await turns();
    expect(frames).toEqual([320]);
    await application.close();
  });

  it("prepares audio before the peer learns that the session is active", async () => {
    const order: string[] = [];
    const { voice, application } = sessions();
    application.on("session.updated", () => order.push("updated"));
    const codec = voice.initialize({
      ...offer,
      prepare: async (picked, signal) => {
        await turns();
        order.push(`prepared ${picked?.id} ${signal.aborted} ${voice.state}`);
      },
    });
    expect(await codec).toBe(wide);
    await turns();
    expect(order).toEqual(["prepared L16/16000/1 false initializing", "updated"]);
    await voice.close();
  });

  it("loses nothing of what the application says while audio is prepared", async () => {
    const heard: Uint8Array[] = [];
    const { voice, application, near } = sessions({ voice: { onFrame: (frame) => void heard.push(frame) } });
    const greeting = [new Uint8Array(640).fill(1), new Uint8Array(640).fill(2)];
    const initialized = voice.initialize({
      ...offer,
      prepare: async () => {
        for (const frame of greeting) application.transport?.sendFrame(frame.slice());
        await turns();
      },
    });
    await initialized;
    await turns();
    expect([heard, (await near.stats()).earlyFrames]).toEqual([greeting, 0]);
    await voice.close();
  });

  it("makes a call without audio where no codec is picked", async () => {
    const { voice, application, near } = sessions({ application: { onInitialize: () => null } });
    expect(await voice.initialize(offer)).toBeNull();
    await turns();
    expect([voice.state, application.state, application.codec]).toEqual(["active", "active", null]);
    application.transport?.sendFrame(new Uint8Array(320));
    await turns();
    expect((await near.stats()).earlyFrames).toBe(1);
    await voice.close();
  });

  it("fails where the transport cannot be opened", async () => {
    const failure = Object.assign(new Error("no route"), { code: "transport-unreachable" });
    const session = new Session({ role: "voice", transport: () => Promise.reject(failure) });
    const ends = endsOf(session);
    expect(await errorOf(session.initialize(offer))).toBe(failure);
    expect(session.state).toBe("failed");
    expect(ends.events).toEqual([{ reason: "transport-unreachable", by: "network", error: failure }]);
    await turns();
    expect(ends.promised).toEqual(ends.events);
    expect(await errorOf(session.start())).toBe(failure);
  });

  it("refuses a transport with a profile it does not know, and closes it", async () => {
    const [near, far] = createMemoryTransportPair({ profile: "other.v1" });
    const session = new Session({ role: "voice", transport: near });
    expect((await errorOf(session.start())).code).toBe("protocol-profile");
    expect(await session.ended).toMatchObject({ reason: "protocol-profile", by: "local" });
    expect([near.closed, far.closed]).toEqual([true, true]);
  });

  it("cannot be initialized twice, or by the application", async () => {
    const { voice, application } = await call();
    expect((await errorOf(voice.initialize(offer))).code).toBe("session-state");
    expect(voice.state).toBe("active");
    expect((await errorOf(application.initialize(offer))).code).toBe("session-state");
    await voice.close();
    const lone = rawSession("application");
    expect((await errorOf(lone.session.initialize(offer))).code).toBe("session-role");
    await lone.session.close();
  });
});

describe("initialize that fails", () => {
  it("ends the session where the application refuses", async () => {
    const { voice, application } = sessions({
      application: {
        onInitialize: () => {
          throw new RemoteError("x", { code: 403, message: "not today" });
        },
      },
    });
    const error = await errorOf(voice.initialize(offer));
    expect([error.code, error.status, error.message]).toEqual(["remote-error", 403, "not today"]);
    expect(voice.end).toEqual({ reason: "remote-error", by: "remote", error });
    expect((await application.ended).by).toBe("remote");
  });

  it("terminates where the application picks what was not offered", async () => {
    const { session, peer } = rawSession("voice");
    const failed = errorOf(session.initialize(offer));
    await turns();
    peer.send({ response: "1", result: { audio_codec: { ...wide, sample_rate: 44100 } } });
    await turns();
    expect(peer.messages[1]).toEqual({
      version: "1",
      id: "2",
      method: "session.terminate",
      params: { reason: "protocol-codec" },
    });
    peer.send({ response: "2", result: {} });
    await turns();
    expect(session.state).toBe("closing");
    void peer.transport.close();
    expect((await failed).code).toBe("protocol-codec");
    expect(session.end).toMatchObject({ reason: "protocol-codec", by: "local" });
    expect(session.state).toBe("failed");
  });

  it("terminates where audio cannot be prepared", async () => {
    const { voice, application } = sessions();
    const denied = Object.assign(new Error("no microphone"), { code: "media-permission-denied" });
    const prepare = () => Promise.reject(denied);
    expect(await errorOf(voice.initialize({ ...offer, prepare }))).toBe(denied);
    expect(voice.end).toEqual({ reason: "media-permission-denied", by: "local", error: denied });
    expect(await application.ended).toEqual({
      reason: "media-permission-denied",
      by: "remote",
      method: "session.terminate",
    });
  });

  it("answers 500 where our own handler picks what was not offered, and says so as a fault", async () => {
    const { voice, application } = sessions({ application: { onInitialize: () => ({ ...wide, id: "L16/1/1" }) } });
    const error = await errorOf(voice.initialize(offer));
    expect([error.code, error.status]).toEqual(["remote-error", 500]);
    await application.ended;
  });

  it("times out, on either side", async () => {
    const { session, peer } = rawSession("voice", { requestTimeoutMs: 700 });
    const failed = errorOf(session.initialize(offer));
    await vi.advanceTimersByTimeAsync(699);
    expect(session.state).toBe("initializing");
    await vi.advanceTimersByTimeAsync(1);
    expect((await failed).code).toBe("session-timeout");
    expect(session.end).toMatchObject({ reason: "session-timeout", by: "local" });
    expect(peer.closed?.by).toBe("remote");

    const idle = rawSession("application", { initializeTimeoutMs: 900 });
    await vi.advanceTimersByTimeAsync(899);
    expect(idle.session.state).toBe("initializing");
    await vi.advanceTimersByTimeAsync(1);
    expect(await idle.session.ended).toMatchObject({ reason: "session-timeout", by: "local" });
  });

  it("gives the voice side another chance after a refusal, within the time", async () => {
    let tries = 0;
    const raw = rawSession("application", {
      initializeTimeoutMs: 900,
      onInitialize: () => {
        if (++tries === 1) throw new Error("database is away");
        return wide;
      },
    });
    const { codecs, ...rest } = offer;
    const params = { ...rest, audio_codec_offerings: codecs, metadata: {} };
    raw.peer.send({ id: "a", method: "session.initialize", params });
    await turns();
    expect(raw.peer.messages[0]).toMatchObject({ response: "a", error: { code: 500, message: "internal error" } });
    raw.peer.send({ id: "b", method: "session.initialize", params });
    await turns();
    raw.peer.send({ id: "c", method: "session.initialize", params });
    await turns();
    expect(raw.peer.messages[1]).toMatchObject({ response: "b", result: { audio_codec: wide } });
    expect(raw.peer.messages[2]).toMatchObject({
      response: "c",
      error: { code: 400, message: "session already initialized" },
    });
    await raw.session.close();
  });

  it("waits after a refusal as long as before, and no longer", async () => {
    const refuse = () => {
      throw new Error("database is away");
    };
    const { session, peer } = rawSession("application", { initializeTimeoutMs: 900, onInitialize: refuse });
    await vi.advanceTimersByTimeAsync(800);
    const { codecs, ...rest } = offer;
    const params = { ...rest, audio_codec_offerings: codecs, metadata: {} };
    peer.send({ id: "a", method: "session.initialize", params });
    await vi.advanceTimersByTimeAsync(899);
    expect([peer.messages.length, session.state]).toEqual([1, "initializing"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(session.end).toMatchObject({ reason: "session-timeout", by: "local" });
  });

  it("does not become active by an update it did not agree to", async () => {
    const { session, peer } = rawSession("application");
    const faults: unknown[] = [];
    session.addEventListener("fault", ({ error }) => faults.push(error));
    peer.send({ id: "u", event: "session.updated", data: { audio_codec: wide } });
    await turns();
    expect(session.state).toBe("initializing");
    expect(faults).toHaveLength(1);
    await session.close();
  });
});

describe("ending", () => {
  it("hangs up from the voice side: event, terminate, answer, close", async () => {
    const { voice, application } = await call();
    const seen: unknown[] = [];
    application.use((context, next) => {
      seen.push([context.name, context.payload]);
      return next();
    });
    const [near, far] = [endsOf(voice), endsOf(application)];
    expect(await voice.hangUp("enough")).toEqual({ reason: "enough", by: "local" });
    await application.ended;
    expect(seen).toEqual([
      ["call.hangup", { reason: "enough" }],
      ["session.terminate", { reason: "enough" }],
    ]);
    expect(near.events).toEqual([{ reason: "enough", by: "local" }]);
    expect(far.events).toEqual([{ reason: "enough", by: "remote", method: "session.terminate" }]);
    expect([voice.state, application.state]).toEqual(["closed", "closed"]);
  });

  it("hangs up from the application", async () => {
    const { voice, application } = await call();
    voice.handle("call.hangup", () => undefined);
    expect(await application.hangUp("goodbye")).toEqual({ reason: "goodbye", by: "local" });
    expect(await voice.ended).toEqual({ reason: "goodbye", by: "remote", method: "call.hangup" });
  });

  it("ends after application.move, with the answer flushed before the close", async () => {
    const { voice, application } = await call();
    voice.handle("application.move", ({ application_id }) => ({ next_application_id: application_id! }));
    const moved = application.request("application.move", { application_id: "talker" });
    expect(await moved).toEqual({ next_application_id: "talker" });
    expect(await application.ended).toEqual({ reason: "application.move", by: "local", method: "application.move" });
    expect(await voice.ended).toEqual({ reason: "application.move", by: "remote", method: "application.move" });
  });

  it("waits for the answer of a terminal request to leave before it closes", async () => {
    const order: string[] = [];
    let leave: () => void = () => undefined;
    const { session, peer, near } = await rawVoice();
    vi.spyOn(near, "flushed").mockImplementation(() => {
      order.push(`flushing after ${peer.messages.at(-1)?.response ?? "nothing"}`);
      return new Promise((resolve) => {
        leave = resolve;
      });
    });
    const close = vi.spyOn(near, "close");
    session.handle("call.hangup", () => ({}));
    peer.send({ id: "h", method: "call.hangup", params: { reason: "bye" } });
    await turns();
    expect([session.state, close.mock.calls.length]).toEqual(["closing", 0]);
    peer.send({ id: "late", method: "call.hangup", params: { reason: "again" } });
    await turns();
    leave();
    expect(await session.ended).toMatchObject({ reason: "bye", by: "remote" });
    expect(close).toHaveBeenCalledTimes(1);
    expect(peer.messages.filter(({ response }) => response === "late")).toEqual([]);
  });

  it("does not wait for ever for the last message to leave", async () => {
    const { session, peer, near } = await rawVoice({ closeTimeoutMs: 300 });
    vi.spyOn(near, "flushed").mockReturnValue(new Promise(() => undefined));
    session.handle("call.hangup", () => ({}));
    peer.send({ id: "h", method: "call.hangup", params: { reason: "bye" } });
    await vi.advanceTimersByTimeAsync(300);
    expect(await session.ended).toMatchObject({ reason: "bye", by: "remote" });
  });

  it("goes on where a terminal request is refused", async () => {
    const { voice, application } = await call();
    voice.handle("call.hangup", () => {
      throw new Error("cannot");
    });
    expect((await errorOf(application.request("call.hangup", { reason: "x" }))).status).toBe(500);
    await turns();
    expect([voice.state, application.state]).toEqual(["active", "active"]);
    await voice.close("later");
    expect(await application.ended).toEqual({ reason: "later", by: "remote" });
  });

  it("ends by itself where the peer does not answer a hang-up, or answers and does not close", async () => {
    const silent = await rawVoice();
    const ended = silent.session.hangUp();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await ended).toEqual({ reason: "hangup", by: "local" });

    const lazy = await rawVoice({ closeTimeoutMs: 400 });
    const left = lazy.session.hangUp();
    await turns();
    lazy.peer.send({ response: lazy.peer.messages.at(-1)!.id, result: {} });
    await turns();
    expect(lazy.session.state).toBe("closing");
    await vi.advanceTimersByTimeAsync(400);
    expect(await left).toEqual({ reason: "hangup", by: "local" });
    expect(lazy.peer.closed?.by).toBe("remote");
  });

  it("keeps its own reason where the peer closes instead of answering", async () => {
    const { session, peer } = await rawVoice();
    const ended = session.hangUp("done");
    await turns();
    void peer.transport.close(1000, "bye");
    expect(await ended).toEqual({ reason: "done", by: "local" });
  });

  it("names the network where the connection is lost, the peer where it closes", async () => {
    const lost = await call();
    lost.near.sever("cable");
    for (const session of [lost.voice, lost.application]) {
      const end = await session.ended;
      expect(end).toMatchObject({ reason: "session-lost", by: "network", error: { code: "session-lost" } });
      expect(session.state).toBe("failed");
    }
    const closed = await rawVoice();
    void closed.peer.transport.close(1001, "server restarts");
    expect(await closed.session.ended).toEqual({ reason: "server restarts", by: "remote", resumable: true });
    const wordless = await rawVoice();
    void wordless.peer.transport.close(1005, ""); // RFC 6455 §7.4.1: a close frame without a status
    expect(await wordless.session.ended).toEqual({ reason: "closed", by: "remote" });
    const broken = await rawVoice();
    void broken.peer.transport.close(1011, "bug");
    expect(await broken.session.ended).toMatchObject({
      reason: "bug",
      by: "remote",
      error: { code: "session-closed" },
    });
    expect(broken.session.state).toBe("failed");
  });

  it("says once why it ended, whatever comes together", async () => {
    const { voice, near } = await call();
    const ends = endsOf(voice);
    const all = [voice.hangUp("a"), voice.hangUp("b"), voice.close("c"), voice.close("d", new Error("e"))];
    near.sever();
    expect(new Set(await Promise.all(all)).size).toBe(1);
    await turns();
    expect(ends.events).toEqual([{ reason: "c", by: "local" }]);
    expect(ends.promised).toEqual(ends.events);
  });

  it("fails what is pending, and aborts what is being handled", async () => {
    const { session, peer } = await rawApplication();
    let aborted = false;
    session.use((context, next) => {
      context.signal.addEventListener("abort", () => {
        aborted = true;
      });
      return next();
    });
    const pending = [session.request("session.get", { keys: [] }), session.ping()].map(errorOf);
    peer.send({ id: "d", event: "dtmf", data: { seq: 0, pressed_at: 1, released_at: 2, digit: "1" } });
    await turns();
    expect(session.stats().pendingRequests).toBe(2);
    await session.close("over");
    for (const error of await Promise.all(pending)) {
      expect(error).toBeInstanceOf(SessionError);
      expect([error.code, error.message]).toEqual(["session-closed", "The session ended: over."]);
    }
    expect([aborted, session.stats().pendingRequests]).toEqual([true, 0]);
    expect((await errorOf(session.request("session.get", { keys: [] }))).code).toBe("session-closed");
    expect(session.emit("agent.tool.call", { name: "x" })).toBe(false);
  });

  it("can be closed before it starts, and while it connects", async () => {
    const [near] = createMemoryTransportPair();
    const idle = new Session({ role: "voice", transport: near });
    expect(await idle.close()).toEqual({ reason: "closed", by: "local" });
    expect([idle.state, near.closed]).toEqual(["closed", true]);
    expect((await errorOf(idle.start())).code).toBe("session-closed");

    const [late] = createMemoryTransportPair();
    let connected: (transport: Transport) => void = () => undefined;
    let signal: AbortSignal | undefined;
    const connecting = new Session({
      role: "voice",
      transport: (given) => {
        signal = given;
        return new Promise((resolve) => {
          connected = resolve;
        });
      },
    });
    const started = errorOf(connecting.start());
    await connecting.close();
    expect(signal?.aborted).toBe(true);
    connected(late);
    expect((await started).code).toBe("session-closed");
    expect(late.closed).toBe(true);
  });

  it("follows an AbortSignal", async () => {
    const control = new AbortController();
    const { voice, application } = await call({ voice: { signal: control.signal } });
    control.abort();
    expect(await voice.ended).toEqual({ reason: "aborted", by: "local" });
    expect(await application.ended).toEqual({ reason: "aborted", by: "remote" });
    const [near] = createMemoryTransportPair();
    const late = new Session({ role: "voice", transport: near, signal: control.signal });
    expect((await errorOf(late.initialize(offer))).code).toBe("session-closed");
    expect(near.closed).toBe(true);
  });

  it("ends for the reason it began to end for, whatever is asked of it meanwhile", async () => {
    let leave: () => void = () => undefined;
    const { session, peer, near } = await rawVoice();
    vi.spyOn(near, "flushed").mockReturnValue(
      new Promise((resolve) => {
        leave = resolve;
      }),
    );
    session.handle("call.hangup", () => ({}));
    peer.send({ id: "h", method: "call.hangup", params: { reason: "bye" } });
    await turns();
    expect(session.state).toBe("closing");
    const closed = session.close("mine", new Error("mine"));
    leave();
    expect(await closed).toEqual({ reason: "bye", by: "remote", method: "call.hangup" });
    expect(session.state).toBe("closed");
  });

  it("leaves it to the peer to close where both have agreed to end, also when asked again", async () => {
    const { session, peer, near } = await rawVoice();
    const close = vi.spyOn(near, "close");
    const ended = session.hangUp("done");
    await turns();
    peer.send({ response: peer.messages.at(-1)!.id, result: {} });
    await turns();
    const again = session.hangUp("and again");
    await turns();
    expect([session.state, close.mock.calls.length]).toEqual(["closing", 0]);
    void peer.transport.close(1000, "bye");
    expect(await ended).toEqual({ reason: "done", by: "local" });
    expect(await again).toEqual({ reason: "done", by: "local" });
  });

  it("ends also where the transport throws instead of closing, or the reason is no text", async () => {
    const { session, near } = await rawVoice({ closeTimeoutMs: 100 });
    const close = vi.spyOn(near, "close").mockImplementation(() => {
      throw new Error("broken");
    });
    expect(await session.close("enough")).toEqual({ reason: "enough", by: "local" });
    close.mockRestore();
    await near.close();
    for (const reason of [5, null, {}, "\ud800", "x".repeat(10_000)]) {
      const { voice, application } = await call();
      const end = voice.hangUp(reason as never);
      await vi.advanceTimersByTimeAsync(10_000);
      expect((await end).by).toBe("local");
      expect(await application.ended).toMatchObject({ by: "remote" });
    }
  });

  it("closes within its deadline though the transport does not", async () => {
    const { session, near } = await rawVoice({ closeTimeoutMs: 500 });
    const close = vi.spyOn(near, "close").mockReturnValue(new Promise(() => undefined));
    const ended = session.close();
    await vi.advanceTimersByTimeAsync(500);
    expect(await ended).toEqual({ reason: "closed", by: "local" });
    close.mockRestore();
    await near.close();
  });
});
