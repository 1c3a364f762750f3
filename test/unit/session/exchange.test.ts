import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MalformedError, ProtocolError } from "../../../lib/protocol/index.ts";
import { call, errorOf, offer, rawApplication, rawSession, rawVoice, sessions, turns, wide } from "./pair.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1_763_640_000_000 }));
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const dtmf = (seq: number) => ({
  id: `e${seq}`,
  event: "dtmf",
  data: { seq, pressed_at: 1, released_at: 2, digit: "1" },
});

describe("requests of ours", () => {
  it("get their own answers, in whatever order they come", async () => {
    const { session, peer } = await rawApplication();
    const [a, b] = [session.request("session.get", { keys: ["a"] }), session.request("session.get", { keys: ["b"] })];
    await turns();
    const [first, second] = peer.messages.slice(-2);
    expect(first!.id).not.toBe(second!.id);
    peer.send({ response: second!.id, result: { b: 2 } }, { response: first!.id, result: { a: 1 } });
    expect(await Promise.all([a, b])).toEqual([{ a: 1 }, { b: 2 }]);
    await session.close();
  });

  it("count answers nobody waits for: unknown, repeated, late", async () => {
    const { session, peer } = await rawApplication();
    peer.send({ response: "never-asked", result: {} });
    const asked = session.request("session.get", { keys: [] }, { timeoutMs: 100 });
    await turns();
    const id = peer.messages.at(-1)!.id;
    peer.send({ response: id }, { response: id });
    expect(await asked).toEqual({});
    const late = errorOf(session.request("session.get", { keys: [] }, { timeoutMs: 100 }));
    await vi.advanceTimersByTimeAsync(100);
    expect((await late).message).toBe("session.get was not answered within 100 ms.");
    peer.send({ response: peer.messages.at(-1)!.id, result: {} });
    await turns();
    expect(session.stats()).toMatchObject({ unknownResponses: 3, pendingRequests: 0 });
    await session.close();
  });

  it("time out after 5 s by default", async () => {
    const { session } = await rawApplication();
    const asked = errorOf(session.request("recording.start", {}));
    await vi.advanceTimersByTimeAsync(4999);
    expect(session.stats().pendingRequests).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect((await asked).code).toBe("session-timeout");
    await session.close();
  });

  it("leave nothing behind at their signal when they are answered", async () => {
    const { session } = await rawApplication();
    const { signal } = new AbortController();
    const remove = vi.spyOn(signal, "removeEventListener");
    const add = vi.spyOn(signal, "addEventListener");
    const asked = session.request("session.get", { keys: [] }, { signal, timeoutMs: 10 });
    asked.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    expect((await errorOf(asked)).code).toBe("session-timeout");
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove.mock.calls[0]).toEqual(add.mock.calls[0]);
    await session.close();
  });

  it("that nobody knows, or without parameters, are refused with an error that says so", async () => {
    const { session } = await rawVoice();
    expect((await errorOf(session.request("constructor" as never, {} as never))).code).toBe("session-role");
    expect((await errorOf(session.request("ping", undefined as never))).code).toBe("protocol-field");
    expect((await errorOf(session.request("session.terminate", null as never))).code).toBe("protocol-field");
    await session.close();
  });

  it("follow their signal, before and after they are sent", async () => {
    const { session, peer } = await rawApplication();
    const control = new AbortController();
    const asked = errorOf(session.request("session.get", { keys: [] }, { signal: control.signal }));
    await turns();
    control.abort("changed my mind");
    expect(await asked).toMatchObject({ code: "session-aborted", cause: "changed my mind" });
    const sent = peer.received.length;
    expect((await errorOf(session.request("session.get", { keys: [] }, { signal: control.signal }))).code).toBe(
      "session-aborted",
    );
    expect(peer.received).toHaveLength(sent);
    await session.close();
  });

  it("reject with what the peer said, and with what it should have said", async () => {
    const { session, peer } = await rawApplication();
    const asked = [session.request("recording.start", {}), session.request("audio.buffer.clear", {})].map(errorOf);
    await turns();
    const [recording, clear] = peer.messages.slice(-2);
    peer.send({ response: recording!.id, error: { code: 409, message: "already recording", any: { id: "r1" } } });
    peer.send({ response: clear!.id, result: { len: -3 } });
    expect(await asked[0]).toMatchObject({
      code: "remote-error",
      status: 409,
      message: "already recording",
      data: { id: "r1" },
    });
    expect(await asked[1]).toMatchObject({ code: "protocol-field", path: "result.len" });
    expect(session.stats().malformedPayloads).toBe(1);
    await session.close();
  });

  it("are refused here where the role, the parameters or the state forbid them", async () => {
    const { voice, application } = await call();
    expect((await errorOf(voice.request("call.hangup", { reason: "x" }))).code).toBe("session-role");
    expect((await errorOf(application.request("session.terminate", { reason: "x" }))).code).toBe("session-role");
    expect(await errorOf(application.request("recording.stop", { id: "" }))).toMatchObject({ path: "params.id" });
    expect(() => application.emit("dtmf", { seq: 0, pressed_at: 1, released_at: 2, digit: "1" })).toThrow(
      /dtmf is not for/,
    );
    expect(() => voice.emit("dtmf", { seq: -1, pressed_at: 1, released_at: 2, digit: "1" })).toThrow(MalformedError);
    expect(() => voice.handle("session.terminate", () => ({}))).toThrow(/session\.terminate is not for the voice side/);
    await voice.close();
  });
});

describe("requests of the peer", () => {
  it("are handled one after the other, in order, with events between them", async () => {
    const { session, peer } = await rawVoice();
    const order: string[] = [];
    let finish: () => void = () => undefined;
    session.handle("session.set", async ({ data }) => {
      order.push(`begin ${data.n}`);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      order.push(`end ${data.n}`);
    });
    session.handle("session.get", () => ({}));
    peer.send({ id: "1", method: "session.set", params: { data: { n: 1 } } });
    peer.send({ id: "2", method: "session.get", params: { keys: [] } });
    peer.send({ id: "3", method: "session.set", params: { data: { n: 2 } } });
    await turns();
    expect(order).toEqual(["begin 1"]);
    expect(session.stats().queuedMessages).toBe(2);
    finish();
    await turns();
    expect(order).toEqual(["begin 1", "end 1", "begin 2"]);
    finish();
    await turns();
    expect(peer.messages.slice(2).map(({ response }) => response)).toEqual(["1", "2", "3"]);
    await session.close();
  });

  it("do not hold up answers to ours, nor ping", async () => {
    const { session, peer } = await rawVoice();
    session.handle("session.set", async () => {
      const { rttMs } = await session.ping();
      expect(rttMs).toBe(0);
    });
    peer.send({ id: "slow", method: "session.set", params: { data: {} } });
    await turns();
    const ping = peer.messages.at(-1)!;
    expect(ping.method).toBe("ping");
    peer.send({ id: "p", method: "ping", params: { t0: 1 } });
    await turns();
    expect(peer.messages.at(-1)).toMatchObject({ response: "p" });
    const now = Date.now();
    peer.send({ response: ping.id, result: { t0: now, t1: now, t2: now, owd: 0 } });
    await turns();
    expect(peer.messages.at(-1)).toMatchObject({ response: "slow", result: {} });
    await session.close();
  });

  it("let the ones behind them go ahead when they are deferred", async () => {
    const { session, peer } = await rawVoice();
    session.handle("recording.start", async (_, context) => {
      context.defer();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return { id: "r1" };
    });
    session.handle("session.get", () => ({ a: 1 }));
    peer.send({ id: "slow", method: "recording.start" }, { id: "quick", method: "session.get", params: { keys: [] } });
    await turns();
    expect(peer.messages.at(-1)).toMatchObject({ response: "quick", result: { a: 1 } });
    await vi.advanceTimersByTimeAsync(1000);
    expect(peer.messages.at(-1)).toMatchObject({ response: "slow", result: { id: "r1" } });
    await session.close();
  });

  it("are answered once: a second one with the same identifier is counted and left", async () => {
    const { session, peer } = await rawVoice();
    let handled = 0;
    session.handle("session.set", async () => {
      handled++;
      await new Promise((resolve) => setTimeout(resolve, 10));
    });
    const request = { id: "same", method: "session.set", params: { data: {} } };
    peer.send(request, request);
    await vi.advanceTimersByTimeAsync(50);
    expect([handled, session.stats().duplicateRequests]).toEqual([1, 1]);
    expect(peer.messages.filter(({ response }) => response === "same")).toHaveLength(1);
    await session.close();
  });

  it("are forgotten once they are answered, well or not: an identifier may come again, and any number of them", async () => {
    const { session, peer } = await rawVoice({ maxQueued: 3 });
    session.handle("session.set", () => ({}));
    const before = peer.messages.length;
    for (let index = 0; index < 10; index++) {
      peer.send({ id: "same", method: "session.set", params: { data: {} } });
      await turns();
      peer.send({ id: `other ${index}`, method: "recording.stop", params: { id: "none" } });
      await turns();
    }
    expect([peer.messages.length - before, session.stats().duplicateRequests]).toEqual([20, 0]);
    expect(session.state).toBe("active");
    await session.close();
  });

  it("get 501 where the method is unknown, reserved, for the other role, or has no handler", async () => {
    const { session, peer } = await rawVoice();
    let seen = 0;
    session.use((_, next) => {
      seen++;
      return next();
    });
    const methods = ["no.such", "transport.webrtc.offer", "session.initialize", "constructor", "session.get"];
    peer.send(...methods.map((method) => ({ id: method, method, params: { keys: [] } })));
    await turns();
    const answers = peer.messages.slice(2) as unknown as {
      response: string;
      error: { code: number; message: string };
    }[];
    expect(answers.map(({ response, error }) => [response, error.code, error.message])).toEqual([
      ["no.such", 501, "unknown method: no.such"],
      ["transport.webrtc.offer", 501, "unknown method: transport.webrtc.offer"],
      ["session.initialize", 501, "unknown method: session.initialize"],
      ["constructor", 501, "unknown method: constructor"],
      ["session.get", 501, "session.get is not implemented"],
    ]);
    expect([seen, session.stats().unknownRequests]).toEqual([1, 4]);
    await session.close();
  });

  it("get the deployed refusal where the voice side is asked to terminate, initialized or not", async () => {
    const text =
      '{"version":"1","response":"t","error":{"code":501,"message":"session.terminate is not supported. please use application.move or call.hangup instead"}}';
    const early = rawSession("voice");
    early.peer.send({ id: "t", method: "session.terminate", params: { reason: "x" } });
    await turns();
    expect(early.peer.received).toEqual([text]);
    const { session, peer } = await rawVoice();
    peer.send({ id: "t", method: "session.terminate", params: { reason: "x" } });
    await turns();
    expect(peer.received.at(-1)).toBe(text);
    expect(session.state).toBe("active");
    await Promise.all([session.close(), early.session.close()]);
  });

  it("fail on the voice side before it is initialized, except ping", async () => {
    const { session, peer } = rawSession("voice");
    session.handle("session.get", () => ({}));
    const initialized = session.initialize(offer);
    peer.send({ id: "a", method: "session.get", params: { keys: [] } }, { id: "b", method: "ping", params: { t0: 1 } });
    await turns();
    expect(peer.messages[2]).toEqual({ version: "1", response: "b", result: expect.anything() });
    expect(peer.messages[1]).toEqual({
      version: "1",
      response: "a",
      error: { code: 500, message: "session not initialized" },
    });
    // In one turn with the answer, and behind it on the wire.
    peer.send(
      { response: "1", result: { audio_codec: wide } },
      { id: "c", method: "session.get", params: { keys: [] } },
    );
    await initialized;
    await turns();
    expect(peer.messages.slice(3).map(({ event, response }) => event ?? response)).toEqual(["session.updated", "c"]);
    await session.close();
  });

  it("are answered by what the handler throws: a ProtocolError as it is, the rest as 500 without a word", async () => {
    const { session, peer } = await rawVoice();
    const faults: [string | undefined, unknown][] = [];
    session.addEventListener("fault", ({ at, error }) => faults.push([at, (error as Error).message]));
    const thrown: unknown[] = [
      new ProtocolError("busy", { status: 486, data: { retry: 5 } }),
      new Error("password is hunter2"),
      new MalformedError("protocol-field", "data.x", "y"),
      new ProtocolError("", { status: 0 }),
      new ProtocolError("odd", { data: () => 1 }),
    ];
    for (const [index, error] of thrown.entries()) {
      session.handle("session.get", async () => {
        throw error;
      });
      peer.send({ id: `${index}`, method: "session.get", params: { keys: [] } });
      await turns();
    }
    session.handle("recording.start", () => ({ id: "" }));
    peer.send({ id: "bad", method: "recording.start" });
    await turns();
    const internal = { code: 500, message: "internal error" };
    expect(peer.messages.slice(2).map(({ error }) => error)).toEqual([
      { code: 486, message: "busy", any: { retry: 5 } },
      internal,
      internal,
      internal,
      internal,
      internal,
    ]);
    expect(faults.map(([at]) => at)).toEqual([...Array(4).fill("session.get"), "recording.start"]);
    await session.close();
  });

  it("get 400 with the path where parameters are wrong", async () => {
    const { session, peer } = await rawVoice();
    session.handle("session.get", () => ({}));
    peer.send({ id: "x", method: "session.get", params: { keys: [7] } });
    await turns();
    expect(peer.messages.at(-1)).toEqual({
      version: "1",
      response: "x",
      error: {
        code: 400,
        message: "params.keys[0]: expected a string, found number",
        any: { expected: "a string", path: "params.keys[0]" },
      },
    });
    expect(session.stats().malformedPayloads).toBe(1);
    await session.close();
  });

  it("reach no handler and get no answer once the session has ended", async () => {
    const { session, peer } = await rawVoice();
    let finish: () => void = () => undefined;
    let handled = 0;
    session.handle("session.get", async () => {
      handled++;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return {};
    });
    const request = (id: string) => ({ id, method: "session.get", params: { keys: [] } });
    peer.send(request("1"), request("2"));
    await turns();
    await session.close();
    finish();
    await turns();
    expect(handled).toBe(1);
    expect(peer.messages.slice(2)).toEqual([]);
  });
});

describe("handlers", () => {
  it("that wait for their turn are forgotten when the session ends", async () => {
    const { session, peer } = await rawApplication();
    const heard: string[] = [];
    let goOn: () => void = () => undefined;
    session.use(async (context, next) => {
      heard.push(context.name);
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return next();
    });
    const press = (seq: number) => ({
      id: `d${seq}`,
      event: "dtmf",
      data: { seq, pressed_at: 1, released_at: 2, digit: "1" },
    });
    peer.send(press(0), press(1), { id: "t", method: "session.terminate", params: { reason: "" } });
    await turns();
    await session.close();
    goOn();
    await turns();
    expect(heard).toEqual(["dtmf"]);
  });

  it("know when the transport received the message, and at which byte of the media", async () => {
    const { voice, application, far } = await call();
    const seen: unknown[] = [];
    voice.handle("audio.buffer.clear", (_, { receivedAt, mediaBytes, id, kind, name }) => {
      seen.push([receivedAt, mediaBytes, kind, name, typeof id]);
      return { len: 0 };
    });
    for (let frame = 0; frame < 3; frame++) far.sendFrame(new Uint8Array(640));
    await turns();
    vi.setSystemTime(Date.now() + 250);
    await application.request("audio.buffer.clear", {});
    expect(seen).toEqual([[1_763_640_000_250, 1920, "request", "audio.buffer.clear", "string"]]);
    await voice.close();
  });

  it("can be replaced and taken away", async () => {
    const { voice, application } = await call();
    const first = voice.handle("session.get", () => ({ from: "first" }));
    const second = voice.handle("session.get", () => ({ from: "second" }));
    first();
    expect(await application.request("session.get", { keys: [] })).toEqual({ from: "second" });
    second();
    expect((await errorOf(application.request("session.get", { keys: [] }))).status).toBe(501);
    await voice.close();
  });

  it("run inside middleware, the first one outermost", async () => {
    const { voice, application } = await call();
    const order: string[] = [];
    voice
      .use(async (context, next) => {
        order.push(`> ${context.kind} ${context.name}`);
        const result = await next();
        order.push(`< ${JSON.stringify(result)}`);
        return result;
      })
      .use((context, next) => {
        if ((context.payload as { keys?: string[] }).keys?.includes("secret")) {
          throw new ProtocolError("forbidden", { status: 403 });
        }
        return next();
      });
    voice.handle("session.get", () => ({ a: 1 }));
    expect(await application.request("session.get", { keys: [] })).toEqual({ a: 1 });
    expect((await errorOf(application.request("session.get", { keys: ["secret"] }))).status).toBe(403);
    expect(order).toEqual(["> request session.get", '< {"a":1}', "> request session.get"]);
    await voice.close();
  });
});

describe("events", () => {
  it("come in order, typed, with their stamps, and through middleware", async () => {
    const { session, peer } = await rawApplication();
    const seen: unknown[] = [];
    session.use(async (context, next) => {
      await new Promise((resolve) => setTimeout(resolve, context.id === "e0" ? 500 : 0));
      return next();
    });
    session.addEventListener("dtmf", (event) => seen.push([event.data.seq, event.data.digit, event.receivedAt]));
    peer.send(dtmf(0), dtmf(1), dtmf(2));
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen.map((entry) => (entry as unknown[])[0])).toEqual([0, 1, 2]);
    expect(seen[0]).toEqual([0, "1", 1_763_640_000_000]);
    await session.close();
  });

  it("are counted and ignored where they are unknown, or ours to emit", async () => {
    const { session, peer } = await rawApplication();
    const unknown = ["no.such", "agent.tool.call", "toString", "ended", "statechange", "fault"];
    peer.send(...unknown.map((event) => ({ id: event, event, data: {} })));
    await turns();
    expect(session.stats().unknownEvents).toBe(unknown.length);
    expect(session.state).toBe("active");
    await session.close();
  });

  it("with data that cannot be read are a fault, and nothing more", async () => {
    const { session, peer } = await rawApplication();
    const faults: unknown[] = [];
    session.addEventListener("fault", ({ at, error }) => faults.push([at, (error as MalformedError).path]));
    let heard = 0;
    session.on("dtmf", () => heard++);
    peer.send({ ...dtmf(0), data: { seq: 0 } }, dtmf(1));
    await turns();
    expect([faults, heard, session.stats().malformedPayloads]).toEqual([[["dtmf", "data.pressed_at"]], 1, 1]);
    await session.close();
  });

  it("survive listeners that throw or reject, where they were added with on", async () => {
    const { session, peer } = await rawApplication();
    const faults: unknown[] = [];
    session.addEventListener("fault", ({ at, error }) => faults.push([at, (error as Error).message]));
    session.on("dtmf", () => {
      throw new Error("sync");
    });
    const off = session.on("dtmf", async () => {
      throw new Error("async");
    });
    peer.send(dtmf(0));
    await turns();
    off();
    peer.send(dtmf(1));
    await turns();
    expect(faults).toEqual([
      ["dtmf", "sync"],
      ["dtmf", "async"],
      ["dtmf", "sync"],
    ]);
    await session.close();
  });

  it("go out in the frozen order of fields", async () => {
    const { session, peer } = await rawVoice();
    expect(session.emit("dtmf", { digit: "5", seq: 0, released_at: 9, pressed_at: 8 })).toBe(true);
    await turns();
    expect(peer.received.at(-1)).toBe(
      '{"version":"1","id":"3","event":"dtmf","data":{"seq":0,"pressed_at":8,"released_at":9,"digit":"5"}}',
    );
    await session.close();
  });
});

describe("ping", () => {
  it("answers with the transport's time, the handler's time and the data as it came", async () => {
    const { session, peer } = await rawApplication();
    const t0 = Date.now() - 30;
    peer.send(
      { id: "p", method: "ping", params: { t0, rtt: 3, data: [null] } },
      { id: "q", method: "ping", params: { t0 } },
    );
    await turns();
    const now = Date.now();
    expect(peer.received.slice(-2)).toEqual([
      `{"version":"1","response":"p","result":{"t0":${t0},"t1":${now},"t2":${now},"owd":30,"data":[null]}}`,
      `{"version":"1","response":"q","result":{"t0":${t0},"t1":${now},"t2":${now},"owd":30}}`,
    ]);
    await session.close();
  });

  it("measures the round trip and the peer's clock, and tells the peer next time", async () => {
    const { session, peer } = await rawVoice();
    const t0 = Date.now();
    const measured = session.ping({ data: "x" });
    await turns();
    expect(peer.messages.at(-1)).toMatchObject({ method: "ping", params: { t0, data: "x" } });
    expect(peer.messages.at(-1)!.params).not.toHaveProperty("rtt");
    vi.setSystemTime(t0 + 80);
    const skew = 5000;
    const result = { t0, t1: t0 + 30 + skew, t2: t0 + 34 + skew, owd: 34 + skew };
    peer.send({ response: peer.messages.at(-1)!.id, result });
    expect(await measured).toEqual({ ...result, owd: undefined, t3: t0 + 80, rttMs: 80, owdMs: 5034, offsetMs: 4992 });
    expect(session.stats().rttMs).toBe(80);
    const again = errorOf(session.ping({ timeoutMs: 50 }));
    await turns();
    expect(peer.messages.at(-1)!.params).toEqual({ t0: t0 + 80, rtt: 80 });
    await vi.advanceTimersByTimeAsync(50);
    expect((await again).code).toBe("session-timeout");
    await session.close();
  });

  it("takes no less than no time where the clock is set back meanwhile", async () => {
    const { session, peer } = await rawVoice();
    const t0 = Date.now();
    const measured = session.ping();
    await turns();
    vi.setSystemTime(t0 - 60_000);
    peer.send({ response: peer.messages.at(-1)!.id, result: { t0, t1: t0, t2: t0, owd: 0 } });
    expect((await measured).rttMs).toBe(0);
    expect(session.stats().rttMs).toBe(0);
    await session.close();
  });

  it("works both ways, before and after initialize", async () => {
    const { voice, application } = sessions();
    expect((await voice.ping()).rttMs).toBe(0);
    expect((await application.ping()).owdMs).toBe(0);
    await voice.initialize(offer);
    expect((await voice.ping()).offsetMs).toBe(0);
    await voice.close();
  });
});

describe("peers that do not keep to the protocol", () => {
  it("are answered where the request is known, and cut off after ten unreadable messages in a row", async () => {
    const { session, peer } = await rawVoice();
    const faults: unknown[] = [];
    session.addEventListener("fault", ({ error }) => faults.push((error as { code: string }).code));
    peer.send('{"version":"2","id":"q1","method":"ping"}');
    for (let index = 0; index < 8; index++) peer.send("{");
    await turns();
    expect(peer.messages.at(-1)).toMatchObject({ response: "q1", error: { code: 400, any: { path: "version" } } });
    peer.send(dtmf(0)); // ours to emit, but readable: the count begins again
    for (let index = 0; index < 9; index++) peer.send("{");
    await turns();
    expect([session.state, session.stats().malformed, faults.length]).toEqual(["active", 18, 18]);
    peer.send("{");
    const end = await session.ended;
    expect(end).toMatchObject({
      reason: "session-malformed",
      by: "local",
      error: { code: "session-malformed", fatal: true },
    });
    await turns();
    expect(peer.closed).toMatchObject({ by: "remote", code: 4400 });
    expect(session.state).toBe("failed");
  });

  it("are cut off where they send faster than they are served", async () => {
    const { session, peer } = await rawVoice({ maxQueued: 5 });
    session.handle("session.get", () => new Promise(() => undefined));
    for (let index = 0; index < 6; index++) peer.send({ id: `${index}`, method: "session.get", params: { keys: [] } });
    expect(await session.ended).toMatchObject({ reason: "session-overload", by: "local" });
    const deferred = await rawVoice({ maxQueued: 5 });
    deferred.session.handle("session.get", (_, context) => {
      context.defer();
      return new Promise(() => undefined);
    });
    for (let index = 0; index < 6; index++) {
      deferred.peer.send({ id: `${index}`, method: "session.get", params: { keys: [] } });
    }
    expect(await deferred.session.ended).toMatchObject({ reason: "session-overload" });
  });
});
