import { afterEach, expect, test, vi } from "vitest";
import { type DtmfPress, DtmfSender } from "../../../lib/call/dtmf-sender.ts";
import { Call, type CallEnd, type CallOptions, type CallQuality, VoiceError } from "../../../lib/call/index.ts";
import { Session } from "../../../lib/session/index.ts";
import { createMemoryTransportPair, MemoryTransport, TransportError } from "../../../lib/transport/index.ts";
import { Application } from "./application.ts";
import { FakeAudio } from "./fake-audio.ts";

/** Catches what hangs. */
const patience = { timeout: 30_000 };

interface Rig {
  readonly call: Call;
  readonly audio: FakeAudio;
  readonly agent: Session;
  readonly log: string[];
  readonly ends: CallEnd[];
  readonly frames: Uint8Array[];
}

const open: { hangUp(): Promise<unknown> }[] = [];
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  await Promise.all(open.splice(0).map((one) => one.hangUp()));
});

/** A call and the application that answers it, over memory, with real frame pipes. */
function rig(options: Partial<CallOptions> = {}): Rig {
  const audio = new FakeAudio();
  const [near, far] = createMemoryTransportPair();
  const frames: Uint8Array[] = [];
  const agent = new Session({ role: "application", transport: far, onFrame: (frame) => frames.push(frame) });
  void agent.start();
  const call = new Call({
    connect: async () => near,
    application: "agent",
    openAudio: async () => audio as never,
    ...options,
  });
  const log: string[] = [];
  const ends: CallEnd[] = [];
  call.addEventListener("statechange", ({ state }) => log.push(state));
  call.addEventListener("ended", ({ end }) => {
    ends.push(end);
    log.push("ended");
  });
  open.push(call, agent);
  return { call, audio, agent, log, ends, frames };
}

test("constructing a call touches nothing", () => {
  const openAudio = vi.fn();
  const connect = vi.fn();
  const call = new Call({ connect, openAudio });
  expect(call.state).toBe("idle");
  expect(openAudio).not.toHaveBeenCalled();
  expect(connect).not.toHaveBeenCalled();
});

test("a call leaves no timer of its own behind", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
  const { call } = rig();
  await call.start();
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  await call.hangUp();
  expect(vi.getTimerCount()).toBe(0);
});

test("a call rates itself every two seconds, with the round trip that its keep-alive measured, and asks its transport nothing", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const { call, audio } = rig();
  const heard = { totalSamplesReceived: 8000, concealedSamples: 0, jitterBufferDelay: 0, jitterBufferEmittedCount: 0 };
  audio.stats = async () => ({ captureMs: 20, outputMs: 10, playback: heard }) as never;
  const ratings: CallQuality[] = [];
  call.addEventListener("quality", ({ quality }) => ratings.push(quality));
  await call.start();
  await vi.waitFor(async () => expect((await call.stats()).rttMs).toBeDefined());
  const asked = vi.spyOn(MemoryTransport.prototype, "stats");
  for (let second = 0; second < 9; second++) {
    await vi.advanceTimersByTimeAsync(1000);
    await vi.dynamicImportSettled();
  }
  expect(ratings).toHaveLength(4);
  expect(ratings[0]?.stages.networkMs).toBeGreaterThanOrEqual(0);
  expect(asked).not.toHaveBeenCalled();
  asked.mockRestore();
});

test("a call ends also where its line, its audio and its recordings fail to", async () => {
  const { call, audio, agent, ends } = rig();
  await call.start();
  audio.close = () => Promise.reject(new Error("the device is gone"));
  await call.hangUp();
  expect(ends).toMatchObject([{ by: "local", reason: "normal" }]);
  await agent.ended;
  const ended: CallEnd[] = [];
  const broken = new Call({
    line: () => ({ open: () => {} }) as never,
    openAudio: async () => new FakeAudio() as never,
  });
  broken.addEventListener("ended", ({ end }) => ended.push(end));
  await broken.start();
  await broken.hangUp(7 as never);
  expect(ended).toEqual([{ by: "local", reason: "7" }]);
});

test.each([undefined, null, {}, 5])(
  "a connect function that gives %j instead of a transport ends the call",
  async (wrong) => {
    const { call, ends, audio } = rig({ connect: async () => wrong as never, reconnect: false });
    await expect(call.start()).rejects.toBeInstanceOf(VoiceError);
    expect(ends).toHaveLength(1);
    expect(audio.state).toBe("closed");
  },
);

test("a tap that throws ends the call and closes its connection", async () => {
  const [near, far] = createMemoryTransportPair();
  const tap = {
    attach: () => {},
    transport: () => {
      throw new Error("the disk is full");
    },
  };
  const { call, ends } = rig({ connect: async () => near, tap: tap as never, reconnect: false });
  await expect(call.start()).rejects.toBeInstanceOf(VoiceError);
  expect(ends).toHaveLength(1);
  expect([near.closed, far.closed]).toEqual([true, true]);
});

test("what plain JavaScript may hand over by mistake is told, or made sense of", async () => {
  await expect(new Call().start()).rejects.toMatchObject({ code: "transport-url" });
  await expect(rig({ codecs: "L16/9000" as never }).call.start()).rejects.toMatchObject({ code: "codec-unknown" });
  const { call, audio } = rig({ codecs: "PCMU" as never });
  await call.start();
  expect(call.codec?.id).toBe("PCMU/8000/1");
  for (const volume of [Number.NaN, -1, 7, "loud", undefined]) call.setVolume(volume as never);
  expect(audio.calls.slice(-5)).toEqual(["volume 0", "volume 0", "volume 1", "volume 0", "volume 0"]);
  await expect(call.sendDtmf(undefined as never)).rejects.toMatchObject({ code: "dtmf-digit" });
  call.setVariables(undefined as never);
  expect(call.variables.size).toBe(0);
});

test("a call goes from the microphone to active, and hanging up ends it once with everything closed", async () => {
  const { call, audio, agent, log, ends } = rig({ from: "alice" });
  await call.start();
  expect(call.codec?.id).toBe("L16/8000/1");
  expect(audio.format).toEqual({ codec: "L16", sampleRate: 8000 });
  await call.hangUp();
  await call.hangUp();
  expect(log).toEqual(["initiating", "connecting", "active", "terminating", "terminated", "ended"]);
  expect(ends).toEqual([{ reason: "normal", by: "local" }]);
  expect(audio.state).toBe("closed");
  expect(await agent.ended).toMatchObject({ reason: "normal", by: "remote" });
});

test("start is idempotent: two calls of it open one microphone and one transport", async () => {
  const audio = new FakeAudio();
  const openAudio = vi.fn(async () => audio as never);
  const { call } = rig({ openAudio });
  await Promise.all([call.start(), call.start()]);
  expect(openAudio).toHaveBeenCalledTimes(1);
});

test("microphone frames reach the application, and its frames the loudspeaker", async () => {
  const { call, audio, agent, frames } = rig();
  await call.start();
  audio.speak(new Uint8Array(320).fill(7));
  agent.transport?.sendFrame(new Uint8Array(320).fill(9));
  await vi.waitFor(() => expect([frames.length, audio.played.length]).toEqual([1, 1]), patience);
  expect(frames[0]?.[0]).toBe(7);
  expect(audio.played[0]?.[0]).toBe(9);
});

test("audio.buffer.clear flushes up to the bytes that came before it and reports what was removed", async () => {
  const { call, audio, agent } = rig();
  const interrupted = vi.fn();
  call.addEventListener("interrupted", ({ removedBytes, heardMs }) => interrupted(removedBytes, heardMs));
  await call.start();
  agent.transport?.sendFrame(new Uint8Array(320));
  agent.transport?.sendFrame(new Uint8Array(100));
  expect(await agent.request("audio.buffer.clear", {})).toEqual({ len: 420 });
  expect(audio.calls).toContain("flush 420");
  expect(interrupted).toHaveBeenCalledWith(420, 40);
});

test("variables are set and read by both sides, and unknown keys are left out", async () => {
  const { call, agent } = rig();
  await call.start();
  const changed = vi.fn();
  call.addEventListener("variables", (event) => changed(event.changed));
  call.setVariables({ customer: "42" });
  await agent.request("session.set", { data: { mood: "good" } });
  expect(changed).toHaveBeenCalledWith({ mood: "good" });
  expect(await agent.request("session.get", { keys: ["customer", "nobody"] })).toEqual({ customer: "42" });
  expect(await agent.request("session.get", { keys: [] })).toEqual({ customer: "42", mood: "good" });
});

test("transcripts become captions: deltas grow one line, done closes it, an empty text is a text", async () => {
  const { call, agent } = rig();
  await call.start();
  agent.emit("output.transcript.delta", { delta: "Hel" });
  agent.emit("output.transcript.delta", { delta: "lo" });
  agent.emit("output.transcript.done", {});
  agent.emit("input.transcript", { delta: "Hi there" });
  agent.emit("output.transcript.delta", { delta: "scrap" });
  agent.emit("output.transcript.done", { text: "" });
  agent.emit("agent.tool.call", { name: "look_up" });
  const tool = await new Promise((resolve) => call.addEventListener("toolcall", (event) => resolve(event.tool)));
  expect(tool).toBe("look_up");
  expect(call.captions.map(({ speaker, text, final }) => ({ speaker, text, final }))).toEqual([
    { speaker: "agent", text: "Hello", final: true },
    { speaker: "caller", text: "Hi there", final: true },
    { speaker: "agent", text: "", final: true },
  ]);
});

test("keys are sent in order, counted from 0, released after they were pressed", async () => {
  const { call, agent, audio } = rig({ dtmf: { toneMs: 5, gapMs: 5 } });
  const presses: { seq: number; digit: string; pressed_at: number; released_at: number }[] = [];
  agent.on("dtmf", (press) => presses.push(press));
  await call.start();
  await Promise.all([call.sendDtmf("12"), call.sendDtmf("# a")]);
  await vi.waitFor(() => expect(presses.length).toBe(4), patience);
  expect(presses.map(({ digit }) => digit).join("")).toBe("12#A");
  expect(presses.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
  for (const { pressed_at, released_at } of presses) expect(released_at).toBeGreaterThanOrEqual(pressed_at);
  expect(audio.calls.filter((name) => name.startsWith("digit"))).toHaveLength(4);
});

test("a key that no telephone has is refused before any is sent", async () => {
  const { call, agent } = rig();
  const dtmf = vi.fn();
  agent.on("dtmf", dtmf);
  await call.start();
  await expect(call.sendDtmf("1x2")).rejects.toMatchObject({ code: "dtmf-digit" });
  expect(dtmf).not.toHaveBeenCalled();
});

test("muting is told when the audio thread has done it, and survives being asked for before the start", async () => {
  const { call, audio } = rig();
  await call.setMuted(true);
  await call.start();
  expect(audio.calls).toContain("muted true");
  const changes: boolean[] = [];
  call.addEventListener("mutechange", ({ muted }) => changes.push(muted));
  await call.setMuted(false);
  await call.setMuted(false);
  expect(changes).toEqual([false]);
});

test("the application hangs up: ended once, by the remote side, with its reason", async () => {
  const { call, agent, ends, audio } = rig();
  await call.start();
  await agent.hangUp("goodbye");
  await vi.waitFor(() => expect(ends).toEqual([{ reason: "goodbye", by: "remote" }]), patience);
  expect(call.state).toBe("terminated");
  expect(audio.state).toBe("closed");
});

test("application.move ends a call that does not know where to go", async () => {
  const { call, agent, ends } = rig();
  await call.start();
  expect(await agent.request("application.move", { application_id: "other", reason: "sales" })).toEqual({});
  await vi.waitFor(() => expect(ends).toEqual([{ reason: "sales", by: "remote" }]), patience);
});

test("the connection is lost: ended once, by the network, with the error", async () => {
  const [near, far] = createMemoryTransportPair();
  const { call, ends } = rig({ connect: async () => near });
  const agent = new Session({ role: "application", transport: far });
  void agent.start();
  await call.start();
  await far.close(1011, "crash");
  await vi.waitFor(() => expect(ends).toHaveLength(1), patience);
  expect(ends[0]?.error).toBeInstanceOf(VoiceError);
  expect(call.state).toBe("failed");
});

test.each([
  [
    "the microphone is denied",
    {
      openAudio: () =>
        Promise.reject(Object.assign(new Error("no"), { code: "media-permission-denied", action: "Allow it." })),
    },
    "media-permission-denied",
  ],
  [
    "the server cannot be reached",
    {
      connect: () => Promise.reject(new TransportError("transport-unreachable", "no answer", false)),
      reconnect: false as const,
    },
    "transport-unreachable",
  ],
  ["a codec is unknown", { codecs: ["MP3" as never] }, "codec-unknown"],
])("%s: start rejects, and the call has ended once with the code", async (_name, options, code) => {
  const { call, ends, log } = rig(options);
  await expect(call.start()).rejects.toMatchObject({ code });
  expect(ends).toHaveLength(1);
  expect(ends[0]).toMatchObject({ by: "error", reason: code });
  expect(ends[0]?.error?.action).not.toBe("");
  expect(log.at(-1)).toBe("ended");
  expect(call.state).toBe("failed");
});

test("a call without an address says so", async () => {
  const call = new Call({ openAudio: FakeAudio.open as never });
  await expect(call.start()).rejects.toMatchObject({ code: "transport-url" });
  expect(call.state).toBe("failed");
});

test("hanging up while the microphone is being asked for cancels the call and closes a late microphone", async () => {
  const audio = new FakeAudio();
  let allow: (audio: never) => void = () => undefined;
  const openAudio = () => new Promise<never>((resolve) => (allow = resolve));
  const { call, ends } = rig({ openAudio });
  const starting = call.start();
  const hangingUp = call.hangUp();
  allow(audio as never);
  await hangingUp;
  await expect(starting).rejects.toMatchObject({ code: "call-cancelled" });
  expect(ends).toEqual([{ reason: "normal", by: "local" }]);
  expect(call.state).toBe("cancelled");
  expect(audio.state).toBe("closed");
});

test("hanging up before the start ends the call without opening anything", async () => {
  const openAudio = vi.fn();
  const { call } = rig({ openAudio });
  await call.hangUp();
  expect(call.state).toBe("cancelled");
  await expect(call.start()).rejects.toMatchObject({ code: "call-cancelled" });
  expect(openAudio).not.toHaveBeenCalled();
});

test("sound held back by the browser is a warning with the action that fixes it, and it clears itself", async () => {
  const { call, audio } = rig();
  const cleared = vi.fn();
  call.addEventListener("warningclear", ({ code }) => cleared(code));
  await call.start();
  audio.change("suspended");
  expect(call.warnings.map(({ code }) => code)).toEqual(["media-autoplay"]);
  await call.warnings[0]?.resume?.();
  expect(call.warnings).toEqual([]);
  expect(cleared).toHaveBeenCalledWith("media-autoplay");
});

test("a warning that holds already is told once", async () => {
  const { call, audio } = rig();
  const told: string[] = [];
  call.addEventListener("warning", ({ warning }) => told.push(warning.code));
  await call.start();
  for (let again = 0; again < 3; again++) audio.change("suspended");
  expect(told).toEqual(["media-autoplay"]);
  audio.change("running");
  audio.change("suspended");
  expect(told).toEqual(["media-autoplay", "media-autoplay"]);
});

test("application.move leads to the address the page knows: the same call goes on with the next application", async () => {
  const first = createMemoryTransportPair();
  const second = createMemoryTransportPair();
  const ids: unknown[] = [];
  const agents = [first, second].map(([, far]) => {
    const session = new Session({
      role: "application",
      transport: far,
      onInitialize: ({ call, application, audio_codec_offerings }) => {
        ids.push([call.id, application.id]);
        return audio_codec_offerings[0] ?? null;
      },
    });
    void session.start();
    return session;
  });
  vi.doMock("../../../lib/transport/websocket.ts", () => ({ connectWebSocket: () => async () => second[0] }));
  vi.resetModules();
  const { Call: FreshCall } = await import("../../../lib/call/index.ts");
  const audio = new FakeAudio();
  const call = new FreshCall({
    connect: async () => first[0],
    application: "ivr",
    openAudio: async () => audio as never,
    redirect: (id) => `wss://example.test/rtvbp/${id}`,
  });
  open.push(call, ...agents);
  const log: string[] = [];
  call.addEventListener("statechange", ({ state }) => log.push(state));
  await call.start();
  expect(await agents[0]?.request("application.move", { application_id: "talker" })).toEqual({
    next_application_id: "talker",
  });
  await vi.waitFor(
    () => expect(log).toEqual(["initiating", "connecting", "active", "transferring", "active"]),
    patience,
  );
  expect(ids).toEqual([
    [call.id, "ivr"],
    [call.id, "talker"],
  ]);
  vi.doUnmock("../../../lib/transport/websocket.ts");
});

test("a call that lost its connection, came back, and is moved then, resumes nothing at the next application, and is found there", async () => {
  const [here, there] = [new Application(), new Application()];
  const window = new EventTarget();
  const stored: string[] = [];
  vi.stubGlobal("window", window);
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("sessionStorage", { setItem: (_: string, token: string) => stored.push(token) });
  vi.doMock("../../../lib/transport/websocket.ts", () => ({ connectWebSocket: () => there.connect }));
  vi.resetModules();
  const { Call: FreshCall } = await import("../../../lib/call/index.ts");
  const call = new FreshCall({
    connect: here.connect,
    openAudio: async () => new FakeAudio() as never,
    redirect: (id) => `wss://example.test/rtvbp/${id}`,
    reconnect: { firstDelayMs: 1 },
    resume: "reload",
    flightRecord: false,
  });
  open.push(call);
  await call.start();
  const leave = () => window.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: false }));
  leave();
  here.last.far.sever();
  await vi.waitFor(() => expect([here.visits.length, call.state]).toEqual([2, "active"]), patience);
  expect(here.last.introduced?.metadata).toEqual({ resumed_from: here.visits[0]?.introduced?.call.session_id });
  await here.last.session.request("application.move", { application_id: "talker" });
  await vi.waitFor(() => expect([there.visits.length, call.state]).toEqual([1, "active"]), patience);
  expect(there.last.introduced).toMatchObject({ application: { id: "talker" }, metadata: null });
  leave();
  const tokens = stored.map((token) => JSON.parse(token));
  expect(tokens).toMatchObject([{ moved: false }, { moved: true, application: "talker" }]);
  expect(tokens[1].sessionId).toBe(there.last.introduced?.call.session_id);
  vi.doUnmock("../../../lib/transport/websocket.ts");
});

test("a hold that the sound does not follow is none: the call is as it was, and says why", async () => {
  const { call, audio } = rig();
  await call.start();
  const held: boolean[] = [];
  Object.assign(audio, { setHeld: () => Promise.reject(new Error("its script cannot be had")) });
  call.addEventListener("statechange", () => held.push(call.held.here));
  await expect(call.hold()).rejects.toBeInstanceOf(VoiceError);
  expect([call.state, call.held.here]).toEqual(["active", false]);
  Object.assign(audio, { setHeld: async () => {} });
  await call.hold();
  expect([call.state, call.held.here]).toEqual(["held", true]);
  expect(held).toEqual([true, false, true]);
});

test("a call that is over is in no conference any more", async () => {
  const { call, audio } = rig();
  await call.start();
  const received = {} as AudioNode;
  Object.assign(audio, { bridge: async () => {}, receivedNode: received });
  expect(await call.bridge({} as AudioNode)).toBe(received);
  expect(call.bridged).toBe(true);
  await call.hangUp();
  expect(call.bridged).toBe(false);
  await expect(call.bridge({} as AudioNode)).rejects.toMatchObject({ code: "call-state" });
});

test("keys leave nothing behind at the signal of their call", async () => {
  const { signal } = new AbortController();
  const [add, remove] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
  const pressed: string[] = [];
  const sender = new DtmfSender(
    ({ digit }) => pressed.push(digit),
    () => {},
    signal,
  );
  await sender.send("12#", { toneMs: 1, gapMs: 1 });
  expect(pressed).toEqual(["1", "2", "#"]);
  expect(add.mock.calls.length).toBeGreaterThan(0);
  expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener));
});

test("a key is never released before it was pressed, though the clock is set back meanwhile", async () => {
  vi.useFakeTimers({ now: 1_763_640_000_000 });
  const presses: DtmfPress[] = [];
  const sender = new DtmfSender(
    (press) => presses.push(press),
    () => {},
    new AbortController().signal,
  );
  const sent = sender.send("5");
  await vi.advanceTimersByTimeAsync(50);
  vi.setSystemTime(1_763_636_400_000);
  await vi.advanceTimersByTimeAsync(1000);
  await sent;
  expect(presses).toEqual([{ seq: 0, digit: "5", pressed_at: 1_763_640_000_000, released_at: 1_763_640_000_000 }]);
});

test("the application is refused a recording that the page does not allow, before anything is recorded", async () => {
  const { call, agent, audio } = rig();
  await call.start();
  const conversation = vi.spyOn(audio, "conversation");
  const asked: unknown[] = [];
  call.addEventListener("recordingrequest", (event) => {
    asked.push(event.tags);
    event.preventDefault();
  });
  await expect(agent.request("recording.start", { tags: ["legal"] })).rejects.toMatchObject({ status: 403 });
  expect([asked, conversation.mock.calls]).toEqual([[["legal"]], []]);
});

test("the application is the last part of the address, where it is not named; where there is none it is the default", async () => {
  const names: unknown[] = [];
  for (const src of ["wss://voice.example/rtvbp/sales/?token=1", undefined]) {
    const application = new Application();
    const openAudio = async () => new FakeAudio() as never;
    const call = new Call({ connect: application.connect, openAudio, ...(src !== undefined && { src }) });
    open.push(call);
    await call.start();
    names.push(application.last.introduced?.application.id);
  }
  expect(names).toEqual(["sales", "default"]);
});
