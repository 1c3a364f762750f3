import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Call, type CallEnd, type CallOptions } from "../../../lib/call/index.ts";
import { TransportError } from "../../../lib/transport/index.ts";
import { Application } from "./application.ts";
import { FakeAudio } from "./fake-audio.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
});

const open: Call[] = [];
afterEach(async () => {
  const ended = Promise.all(open.splice(0).map((call) => call.hangUp()));
  await vi.advanceTimersByTimeAsync(5000);
  await ended;
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A call and its application. What the call says goes to `log`, with the time since it was made. */
function rig(options: Partial<CallOptions> = {}) {
  const application = new Application();
  const audio = new FakeAudio();
  const call = new Call({
    connect: application.connect,
    application: "agent",
    openAudio: async () => audio as never,
    ...options,
    ...(options.reconnect !== false && { reconnect: { random: () => 1, ...options.reconnect } }),
  });
  open.push(call);
  return { application, audio, call, ...watch(call) };
}

function watch(call: Call) {
  const states: string[] = [];
  const times: Record<string, number> = {};
  const ends: CallEnd[] = [];
  const start = Date.now();
  call.addEventListener("statechange", ({ state }) => {
    states.push(state);
    times[state] = Date.now() - start;
  });
  call.addEventListener("ended", ({ end }) => ends.push(end));
  return { states, times, ends };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Ports deliver in tasks of their own. */
async function ports(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const began = ["initiating", "connecting", "active"];

describe("a call whose connection is lost", () => {
  it("goes on over another one: the same call, a new session that says which one it resumes, one reconnecting", async () => {
    const { application, call, states, ends } = rig({ metadata: { customer: 7 } });
    await call.start();
    await pass(30_000);
    const first = application.last;
    application.die();
    await pass(3000);
    expect(call.state).toBe("reconnecting");
    application.up = true;
    await pass(1000);
    expect(states).toEqual([...began, "reconnecting", "active"]);
    expect(application.visits).toHaveLength(2);
    const [before, after] = [first.introduced!, application.last.introduced!];
    expect(before.metadata).toEqual({ customer: 7 });
    expect(after.metadata).toEqual({ customer: 7, resumed_from: before.call.session_id });
    expect(after.call).toEqual({ ...before.call, session_id: after.call.session_id });
    expect(after.call.id).toBe(call.id);
    expect(after.call.session_id).not.toBe(before.call.session_id);
    expect(ends).toEqual([]);
    await call.hangUp();
    expect(ends).toEqual([{ reason: "normal", by: "local" }]);
    expect(await application.last.session.ended).toMatchObject({ by: "remote", reason: "normal" });
  });

  it("holds the microphone meanwhile, lets the loudspeaker be, and carries sound both ways again", async () => {
    const { application, audio, call } = rig();
    await call.start();
    expect(audio.calls).not.toContain("hold");
    application.die();
    await pass(0);
    expect(audio.calls).toContain("hold");
    expect(audio.state).toBe("running");
    application.up = true;
    await pass(1000);
    audio.speak(new Uint8Array(320).fill(7));
    application.last.far.sendFrame(new Uint8Array(320).fill(9));
    await ports();
    expect(application.last.frames.map(([first]) => first)).toEqual([7]);
    expect(audio.played.map(([first]) => first)).toEqual([9]);
    expect(audio.calls).not.toContain("close");
  });

  it("keeps what belongs to the call: keys and their count, variables, mute, captions", async () => {
    const { application, audio, call } = rig();
    const presses: unknown[] = [];
    application.onVisit = ({ session }) => session.on("dtmf", ({ seq, digit }) => presses.push([seq, digit]));
    await call.start();
    await call.setMuted(true);
    const typed = call.sendDtmf("12");
    await pass(1000);
    await typed;
    await application.last.session.request("session.set", { data: { mood: "good" } });
    application.last.session.emit("output.transcript.delta", { delta: "As I was say" });
    await pass(0);
    application.die();
    await pass(100);
    expect(call.captions.map(({ text, final }) => [text, final])).toEqual([["As I was say", true]]);
    const away = call.sendDtmf("3#");
    await pass(1000);
    await away;
    application.up = true;
    await pass(2000);
    expect(presses).toEqual([
      [0, "1"],
      [1, "2"],
      [2, "3"],
      [3, "#"],
    ]);
    expect(await application.last.session.request("session.get", { keys: [] })).toEqual({ mood: "good" });
    expect(call.muted).toBe(true);
    expect(audio.calls.filter((name) => name.startsWith("muted"))).toEqual(["muted true"]);
    application.last.session.emit("output.transcript.delta", { delta: "Hello again" });
    await pass(0);
    expect(call.captions.map(({ text }) => text)).toEqual(["As I was say", "Hello again"]);
  });

  it("ends once, by the network, when the server stays away for 12 s, with the microphone given back", async () => {
    const { application, audio, call, ends, states, times } = rig();
    await call.start();
    await pass(10_000);
    application.die();
    await pass(11_000);
    expect([call.state, ends]).toEqual(["reconnecting", []]);
    await pass(3000);
    expect(ends).toMatchObject([{ reason: "session-lost", by: "network", error: { code: "session-lost" } }]);
    expect(times.failed! - times.reconnecting!).toBeLessThanOrEqual(12_000);
    expect(states).toEqual([...began, "reconnecting", "failed"]);
    expect(audio.state).toBe("closed");
    expect(vi.getTimerCount()).toBe(0);
    const { length } = application.dialled;
    expect(length).toBeGreaterThan(10);
    application.up = true;
    await pass(60_000);
    expect([application.dialled.length, ends.length]).toEqual([length, 1]);
  });

  it("finds out within 12 s that the server has frozen, and goes on with one that answers", async () => {
    const { application, call, states, times } = rig();
    await call.start();
    await pass(20_000);
    const frozenAt = times.active! + 20_000;
    application.freeze();
    await pass(12_500);
    expect(states).toEqual([...began, "reconnecting", "active"]);
    expect(times.reconnecting! - frozenAt).toBeLessThanOrEqual(12_000);
  });

  it("cuts an attempt that nobody answers, and tries again", async () => {
    const { application, call, ends } = rig({ reconnect: { attemptMs: 2000 } });
    await call.start();
    await pass(10_000);
    application.obstacle = (signal) =>
      application.dialled.length > 2 ||
      new Promise((_, reject) => {
        const aborted = new TransportError("transport-aborted", "Given up.", false);
        signal.addEventListener("abort", () => reject(aborted));
      });
    application.last.far.sever();
    await pass(2200);
    expect([call.state, application.dialled.length]).toEqual(["reconnecting", 2]);
    await pass(500);
    expect([call.state, application.dialled.length, ends]).toEqual(["active", 3, []]);
  });

  it("ends at once where it is refused for good, with the reason", async () => {
    const { application, call, ends } = rig();
    await call.start();
    application.obstacle = () => {
      throw new TransportError("transport-refused", "The credentials are wrong.", true);
    };
    application.last.far.sever();
    await pass(300);
    expect(ends).toMatchObject([{ reason: "transport-refused", by: "error" }]);
    expect(call.state).toBe("failed");
    expect(application.dialled).toHaveLength(2);
  });

  it("ends by the application that will not have it back", async () => {
    const { application, call, ends } = rig();
    await call.start();
    application.onVisit = ({ session }) => {
      session.use(async () => {
        await session.close("goodbye");
      });
    };
    application.die();
    application.up = true;
    await pass(1000);
    expect(ends).toEqual([{ reason: "goodbye", by: "remote" }]);
    expect(application.visits).toHaveLength(2);
    expect(call.state).toBe("terminated");
  });

  it("is hung up while there is no connection: one end, by the person, and nothing is tried any more", async () => {
    const { application, call, ends, states } = rig();
    await call.start();
    application.die();
    await pass(1500);
    await call.hangUp();
    expect(ends).toEqual([{ reason: "normal", by: "local" }]);
    expect(states).toEqual([...began, "reconnecting", "terminating", "terminated"]);
    const { length } = application.dialled;
    await pass(20_000);
    expect(application.dialled.length).toBe(length);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not go on for ever with a server that takes it and drops it", async () => {
    const { application, call, ends } = rig();
    await call.start();
    application.onVisit = ({ session, far }) => {
      session.on("session.updated", () => void setTimeout(() => far.sever("crash"), 50));
    };
    application.last.far.sever();
    await pass(60_000);
    expect(ends).toMatchObject([{ reason: "session-lost", by: "network" }]);
    expect(application.visits.length).toBeLessThan(25);
  });

  it("gets the whole time again when a connection was good for a while", async () => {
    const { application, call, ends } = rig();
    await call.start();
    for (let loss = 0; loss < 4; loss++) {
      await pass(6000);
      application.die();
      await pass(9000);
      application.up = true;
      await pass(2000);
      expect([call.state, ends]).toEqual(["active", []]);
    }
  });

  it("ends with the connection where it is told not to reconnect", async () => {
    const { application, call, ends, states } = rig({ reconnect: false });
    await call.start();
    application.die();
    await pass(0);
    expect(ends).toMatchObject([{ reason: "session-lost", by: "network" }]);
    expect(states).toEqual([...began, "failed"]);
    expect(application.dialled).toHaveLength(1);
  });
});

describe("a server that closes the connection", () => {
  it.each([1001, 1012])(
    "with %i is dialled again at once, after a moment that differs from call to call",
    async (code) => {
      const { application, call, states } = rig({ reconnect: { random: () => 0.5 } });
      await call.start();
      await pass(10_000);
      const closedAt = Date.now();
      await application.last.far.close(code, "service restart");
      await pass(1000);
      expect(states).toEqual([...began, "reconnecting", "active"]);
      expect(application.dialled[1]! - closedAt).toBe(125);
      expect(application.last.introduced?.metadata).toEqual({
        resumed_from: application.visits[0]!.introduced!.call.session_id,
      });
    },
  );

  it.each([
    [1000, "done", undefined],
    [1011, "bug", "session-closed"],
    [4408, "idle", "session-closed"],
  ])("with %i ends the call", async (code, reason, error) => {
    const { application, call, ends } = rig();
    await call.start();
    await application.last.far.close(code, reason);
    await pass(5000);
    expect(ends).toHaveLength(1);
    expect(ends[0]).toMatchObject({ reason, by: "remote" });
    expect(ends[0]?.error?.code).toBe(error);
    expect(application.dialled).toHaveLength(1);
  });

  it("after it hung up ends the call, whatever becomes of the connection", async () => {
    const { application, call, ends } = rig();
    await call.start();
    const { session, far } = application.last;
    session.addEventListener("statechange", ({ state }) => state === "closing" && far.sever());
    void session.hangUp("goodbye");
    await pass(5000);
    expect(ends).toEqual([{ reason: "goodbye", by: "remote" }]);
    expect(application.dialled).toHaveLength(1);
  });
});

describe("the first connection", () => {
  it("is tried again where nobody answers, and the call starts when somebody does", async () => {
    const { application, call, states } = rig();
    application.up = false;
    const starting = call.start();
    await pass(2000);
    application.up = true;
    await pass(1000);
    await starting;
    expect(states).toEqual(began);
    expect(application.last.introduced?.metadata).toBeNull();
  });

  it("is given up after 4 s, with the error of the last attempt", async () => {
    const { application, call, ends, times } = rig();
    application.up = false;
    const starting = call.start();
    starting.catch(() => undefined);
    await pass(4000);
    await expect(starting).rejects.toMatchObject({ code: "transport-unreachable" });
    expect(ends).toMatchObject([{ reason: "transport-unreachable", by: "error" }]);
    expect(times.failed).toBeLessThanOrEqual(4000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not tried again where the application says no", async () => {
    const { application, call, ends } = rig();
    application.onVisit = ({ session }) => session.use(() => session.close("no such agent"));
    await expect(call.start()).rejects.toMatchObject({ code: "remote-ended" });
    expect(ends).toEqual([{ reason: "no such agent", by: "remote" }]);
    expect(application.dialled).toHaveLength(1);
  });
});

describe("a page", () => {
  /** As much of a browser as a call looks at. */
  function browser() {
    const [window, document] = [new EventTarget(), new EventTarget()];
    const stored = new Map<string, string>();
    const sessionStorage = {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
      removeItem: (key: string) => void stored.delete(key),
    };
    for (const [name, value] of Object.entries({ window, document, sessionStorage })) vi.stubGlobal(name, value);
    const page = (type: string, persisted = false) =>
      window.dispatchEvent(Object.assign(new Event(type), { persisted }));
    return { window, document, stored, page };
  }

  it.each(["online", "pageshow", "resume"])("looks at a doubtful connection at once: %s", async (type) => {
    const { document, page } = browser();
    const { application, call, states } = rig();
    await call.start();
    await pass(1000);
    application.freeze();
    if (type === "resume") document.dispatchEvent(new Event(type));
    else page(type, true);
    await pass(2400);
    expect(call.state).toBe("active");
    await pass(400);
    expect(states).toEqual([...began, "reconnecting", "active"]);
  });

  it("ends the sentence that an agent was in the middle of: nobody will finish it", async () => {
    const { application, call } = rig();
    await call.start();
    const captions: string[] = [];
    call.addEventListener("caption", ({ caption }) => captions.push(`${caption.text}${caption.final ? "" : " …"}`));
    application.last.session.emit("output.transcript.delta", { delta: "As I was" });
    await pass(0);
    application.last.far.sever();
    await pass(0);
    expect(captions).toEqual(["As I was …", "As I was"]);
  });

  it("does not wait any longer when the network is back", async () => {
    const { page } = browser();
    const { application, call } = rig();
    await call.start();
    await pass(10_000);
    application.die();
    await pass(5100);
    const tried = application.dialled.length;
    application.up = true;
    page("online");
    await pass(0);
    expect([call.state, application.dialled.length]).toEqual(["active", tried + 1]);
  });

  it("that is closed ends its call, and looks on no longer", async () => {
    const { page } = browser();
    const { application, call, ends } = rig();
    await call.start();
    page("pagehide", true);
    await pass(100);
    expect(call.state).toBe("active");
    page("pagehide");
    await pass(100);
    expect(ends).toEqual([{ reason: "page closed", by: "local" }]);
    expect(await application.last.session.ended).toMatchObject({ by: "remote", reason: "page closed" });
    expect(Call.resumable()).toBeUndefined();
  });

  it("that is loaded again takes its call up: the same call, muted as it was, its keys counted on", async () => {
    const { page, stored } = browser();
    const { application, call, ends } = rig({
      src: "wss://voice.example/rtvbp/agent?token=s3cret",
      token: "s3cret",
      resume: "reload",
    });
    await call.start();
    expect(Call.resumable()).toBeUndefined();
    const typed = call.sendDtmf("12");
    await pass(1000);
    await typed;
    await call.setMuted(true);
    page("pagehide");
    expect([...stored.values()].join()).not.toContain("s3cret");
    expect(ends).toEqual([]);
    application.last.far.sever();

    expect(Call.resumable()).toBe(call.id);
    const audio = new FakeAudio();
    const again = Call.resume({ connect: application.connect, openAudio: async () => audio as never })!;
    open.push(again);
    expect(Call.resume()).toBeUndefined();
    expect([again.id, again.muted]).toEqual([call.id, true]);
    const presses: unknown[] = [];
    application.onVisit = ({ session }) => session.on("dtmf", ({ seq }) => presses.push(seq));
    await again.start();
    expect(audio.calls).toContain("muted true");
    const { call: introduced, metadata } = application.last.introduced!;
    const before = application.visits[0]!.introduced!.call.session_id;
    expect([introduced.id, metadata]).toEqual([call.id, { resumed_from: before }]);
    const more = again.sendDtmf("3");
    await pass(1000);
    await more;
    expect(presses).toEqual([2]);
  });

  it("that was away for too long, or whose token is not one, has nothing to take up", async () => {
    const { page, stored } = browser();
    const { call } = rig({ resume: "reload" });
    await call.start();
    page("pagehide");
    const [[key] = [""]] = stored;
    await pass(30_001);
    expect([Call.resumable(), Call.resume()]).toEqual([undefined, undefined]);
    for (const broken of ["{", "null", "7", '{"callId":1}']) {
      stored.set(key, broken);
      expect(Call.resumable()).toBeUndefined();
    }
  });

  it("takes a call up where it had been moved, and elsewhere where its address says", async () => {
    const { page, stored } = browser();
    const { call } = rig({ resume: "reload", src: "wss://voice.example/agent?key=1" });
    await call.start();
    page("pagehide");
    const [[key, token] = ["", ""]] = stored;
    const dials: string[] = [];
    const socket = class {
      constructor(url: string) {
        dials.push(url);
        throw new Error("not here");
      }
    };
    vi.stubGlobal("WebSocket", socket);
    const take = async (left: object, options: CallOptions) => {
      stored.set(key, JSON.stringify({ ...JSON.parse(token), ...left }));
      const again = Call.resume({ ...options, openAudio: async () => new FakeAudio() as never, reconnect: false })!;
      await again.start().catch(() => undefined);
      return dials.pop();
    };
    const redirect = (id: string) => `wss://voice.example/${id}?key=2`;
    const moved = { application: "sales", src: "wss://voice.example/sales", moved: true };
    expect(await take({}, {})).toBe("wss://voice.example/agent");
    expect(await take({}, { src: "wss://voice.example/agent?key=3", redirect })).toBe(
      "wss://voice.example/agent?key=3",
    );
    expect(await take(moved, { src: "wss://voice.example/agent?key=3", redirect })).toBe(
      "wss://voice.example/sales?key=2",
    );
    expect(await take(moved, {})).toBe("wss://voice.example/sales");
  });

  it("is still where it had been moved when the page is loaded a second time", async () => {
    const { page, stored } = browser();
    const { call, application } = rig({ resume: "reload" });
    await call.start();
    page("pagehide");
    const [[key, token] = ["", ""]] = stored;
    const moved = { application: "sales", src: "wss://voice.example/sales", moved: true };
    stored.set(key, JSON.stringify({ ...JSON.parse(token), ...moved }));
    vi.doMock("../../../lib/transport/websocket.ts", () => ({ connectWebSocket: () => application.connect }));
    vi.resetModules();
    const { Call: FreshCall } = await import("../../../lib/call/index.ts");
    const options: CallOptions = { src: "wss://voice.example/agent", resume: "reload", flightRecord: false };
    const again = FreshCall.resume({ ...options, openAudio: async () => new FakeAudio() as never })!;
    open.push(again);
    await again.start();
    expect(application.last.introduced?.application.id).toBe("sales");
    page("pagehide");
    expect(JSON.parse(stored.get(key) ?? "")).toMatchObject({ ...moved, callId: call.id });
    vi.doUnmock("../../../lib/transport/websocket.ts");
  });
});
