import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Call } from "../../../lib/call/index.ts";
import {
  readTrace,
  SessionRecorder,
  type SessionRecorderOptions,
  type TraceRecord,
  traceFrames,
} from "../../../lib/session/index.ts";
import { createTestPeer, TestAudio } from "../../../lib/testing/index.ts";
import { createMemoryTransportPair, defaultLimits, MemoryTransport } from "../../../lib/transport/index.ts";
import { call, narrow, offer, sessions, turns, wide } from "../session/pair.ts";
import { contract, farPeer } from "../transport/contract.ts";

/** Catches what hangs. */
const patience = { timeout: 30_000 };

type Kind<T extends TraceRecord["type"]> = Extract<TraceRecord, { type: T }>;

const of = <T extends TraceRecord["type"]>(recorder: SessionRecorder, type: T): Kind<T>[] =>
  readTrace(recorder.text()).records.filter((record): record is Kind<T> => record.type === type);

const said = (recorder: SessionRecorder, way: "sent" | "received"): string[] =>
  of(recorder, "text")
    .filter((record) => record.way === way)
    .map(({ text }) => {
      const { method, event, response } = JSON.parse(text) as Record<string, string>;
      return method ?? event ?? `re ${response}`;
    });

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
afterEach(() => void vi.useRealTimers());

describe("SessionRecorder", () => {
  it("writes control messages of both directions, states and the end, as a session saw them", async () => {
    const recorder = new SessionRecorder();
    const { voice, application } = await call({ voice: { tap: recorder } });
    vi.advanceTimersByTime(250);
    voice.emit("dtmf", { seq: 0, digit: "5", pressed_at: Date.now() - 100, released_at: Date.now() });
    await turns();
    const ended = voice.hangUp("done");
    await turns();
    await ended;

    expect(recorder.header).toEqual({ type: "trace", version: 1, startedAt: 1_700_000_000_000, audio: false });
    expect(of(recorder, "session").map(({ role }) => role)).toEqual(["voice"]);
    expect(of(recorder, "open")).toEqual([{ t: 0, type: "open", kind: "memory", profile: "rtvbp.v1" }]);
    expect(said(recorder, "sent")).toEqual([
      "session.initialize",
      "session.updated",
      "dtmf",
      "call.hangup",
      "session.terminate",
    ]);
    expect(said(recorder, "received")).toEqual(["re 1", "re 5"]);
    expect(of(recorder, "state").map(({ state }) => state)).toEqual([
      "connecting",
      "initializing",
      "active",
      "closing",
      "closed",
    ]);
    expect(of(recorder, "text").find(({ text }) => text.includes("dtmf"))?.t).toBe(250);
    expect(of(recorder, "close")).toMatchObject([{ by: "remote", code: 1000 }]);
    expect(of(recorder, "end")).toMatchObject([{ reason: "done", by: "local" }]);
    expect(application.state).toBe("closed");
  });

  it("changes nothing that the session does", async () => {
    const run = async (tapped: boolean): Promise<unknown> => {
      const tap = (): { tap?: SessionRecorder } => (tapped ? { tap: new SessionRecorder({ audio: true }) } : {});
      const frames: number[] = [];
      const onFrame = (frame: Uint8Array): void => void frames.push(frame.byteLength);
      const { voice, application } = await call({ voice: tap(), application: { ...tap(), onFrame } });
      voice.handle("audio.buffer.clear", (_, { mediaBytes }) => ({ len: mediaBytes }));
      for (const bytes of [320, 320, 40]) application.transport?.sendFrame(new Uint8Array(bytes));
      const len = application.request("audio.buffer.clear", {});
      voice.transport?.sendFrame(new Uint8Array(77));
      await turns();
      const ended = voice.hangUp();
      await turns();
      return [
        await len,
        frames,
        await ended,
        await application.ended,
        voice.stats(),
        await application.transport?.stats(),
      ];
    };
    expect(await run(true)).toEqual(await run(false));
  });

  it("keeps sizes and times of frames, and their bytes only when asked", async () => {
    for (const audio of [false, true]) {
      const recorder = new SessionRecorder({ audio });
      const { voice, application } = await call({ application: { tap: recorder, onFrame: () => {} } });
      for (let frame = 0; frame < 60; frame++) {
        vi.advanceTimersByTime(20);
        voice.transport?.sendFrame(new Uint8Array(320).fill(frame));
        await turns(4);
      }
      application.transport?.sendFrame(Uint8Array.of(1, 2, 3));
      const frames = of(recorder, "frames");
      const received = frames.filter(({ way }) => way === "received");
      expect(received.flatMap(({ bytes }) => bytes)).toEqual(new Array(60).fill(320));
      expect(received.length).toBe(2); // not one line a frame
      const times = received.flatMap(({ t, at }) => at.map((offset) => t + offset));
      expect(times).toEqual(Array.from({ length: 60 }, (_, index) => 20 * (index + 1)));
      expect(frames.filter(({ way }) => way === "sent")).toMatchObject([{ bytes: [3] }]);
      const sound = received.flatMap((record) => traceFrames(record) ?? []);
      expect(sound.map((bytes) => bytes[0])).toEqual(audio ? Array.from({ length: 60 }, (_, index) => index) : []);
      void voice.close();
      await turns();
    }
  });

  it("keeps the order of frames and messages of one direction", async () => {
    const recorder = new SessionRecorder();
    const { voice, application } = await call({ voice: { tap: recorder, onFrame: () => {} } });
    const before = readTrace(recorder.text()).records.length;
    application.transport?.sendFrame(new Uint8Array(100));
    application.emit("input.transcript", { delta: "a" });
    application.transport?.sendFrame(new Uint8Array(200));
    application.transport?.sendFrame(new Uint8Array(201));
    application.emit("input.transcript", { delta: "b" });
    await turns();
    const order = readTrace(recorder.text()).records.slice(before);
    expect(order.map((record) => (record.type === "frames" ? record.bytes : record.type))).toEqual([
      [100],
      "text",
      [200, 201],
      "text",
    ]);
    expect(order.map((record) => (record.type === "text" ? record.mediaBytes : undefined))).toEqual([
      undefined,
      100,
      undefined,
      501,
    ]);
    void voice.close();
    await turns();
  });

  it("notes statistics at an interval and once more at the end, and leaves no timer", async () => {
    const recorder = new SessionRecorder({ statsIntervalMs: 1000 });
    const { voice } = await call({ voice: { tap: recorder } });
    await vi.advanceTimersByTimeAsync(3500);
    expect(of(recorder, "stats").map(({ t }) => t)).toEqual([1000, 2000, 3000]);
    const ended = voice.hangUp();
    await turns();
    await ended;
    await turns();
    const stats = of(recorder, "stats");
    expect(stats.length).toBe(4);
    expect(stats.at(-1)).toMatchObject({
      session: { pendingRequests: 0 },
      transport: { thread: "none", sentTexts: 4 },
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("notes faults and failures by name and code", async () => {
    const recorder = new SessionRecorder();
    const { voice, application, near } = await call({ voice: { tap: recorder } });
    voice.on("input.transcript", () => {
      throw new TypeError("no subtitles at wss://u:pw@host/?token=s3cr3t");
    });
    application.emit("input.transcript", { delta: "x" });
    await turns();
    near.sever("cable cut");
    await turns();
    expect(of(recorder, "fault")).toMatchObject([
      {
        at: "input.transcript",
        error: { name: "TypeError", message: "no subtitles at wss://u:[removed]@host/?token=[removed]" },
      },
    ]);
    expect(of(recorder, "close")).toMatchObject([{ by: "lost", reason: "cable cut" }]);
    expect(of(recorder, "end")).toMatchObject([{ by: "network", error: { code: "session-lost" } }]);
  });

  it("stays within its room: how it began and what happened last are there, and a line says what is not", async () => {
    const maxChars = 20_000;
    const recorder = new SessionRecorder({ maxChars });
    const { voice, application } = await call({ voice: { tap: recorder, maxQueued: 1e6 } });
    for (let line = 0; line < 3000; line++) {
      application.emit("input.transcript", { delta: `line ${line} ${"x".repeat(line % 50)}` });
      if (line % 100 === 0) await turns(400);
    }
    await turns(4000);
    const text = recorder.text();
    expect(text.length).toBeLessThan(maxChars + 100);
    const { records, skippedLines } = readTrace(text);
    expect(skippedLines).toBe(0);
    const gaps = records.filter((record): record is Kind<"gap"> => record.type === "gap");
    expect(gaps).toHaveLength(1);
    expect(gaps[0]!.lines).toBe(recorder.stats.droppedLines);
    expect(recorder.stats.lines + gaps[0]!.lines).toBeGreaterThan(3000);
    expect(text).toContain("session.initialize");
    expect(text).toContain("line 2999 ");
    expect(text).not.toContain("line 1500 ");
    void voice.close();
    await turns();
  });

  it("cuts a message that is longer than it may be, and says so", async () => {
    const recorder = new SessionRecorder({ maxTextChars: 500 });
    const { voice, application } = await call({ voice: { tap: recorder } });
    application.emit("input.transcript", { delta: "y".repeat(100_000) });
    await turns();
    const long = of(recorder, "text").find(({ text }) => text.includes("input.transcript"));
    expect(long?.text).toHaveLength(500);
    expect(long?.wholeChars).toBeGreaterThan(100_000);
    void voice.close();
    await turns();
  });

  it("hands every line to a writer in place of keeping it, and survives a writer that throws", async () => {
    const written: string[] = [];
    let room = 6;
    const options: SessionRecorderOptions = {
      write: (line) => {
        if (room-- === 0) throw new Error("disk full");
        written.push(line);
      },
    };
    const recorder = new SessionRecorder(options);
    const { voice } = await call({ voice: { tap: recorder } });
    expect(voice.state).toBe("active");
    expect(readTrace(written.join("")).records.length).toBe(5);
    expect(recorder.text()).toBe("");
    expect(recorder.stats.error).toMatchObject({ message: "disk full" });
    void voice.close();
    await turns();
  });

  it("follows one session after another, and a session that never connects", async () => {
    const recorder = new SessionRecorder();
    const first = await call({ voice: { tap: recorder } });
    void first.voice.close();
    await turns();
    const second = sessions({ voice: { tap: recorder } });
    await second.voice.initialize({ ...offer, codecs: [narrow, wide] });
    expect(of(recorder, "session")).toHaveLength(2);
    expect(of(recorder, "open")).toHaveLength(2);
    void second.voice.close();
    await turns();
    expect(of(recorder, "end")).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("notes what the program around it wants to be remembered, and makes a blob of everything", async () => {
    const recorder = new SessionRecorder();
    recorder.note("quality", { mos: 4.2, token: "s3cr3t" });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    recorder.note("odd", circular);
    expect(of(recorder, "note")).toEqual([
      { t: 0, type: "note", name: "quality", data: { mos: 4.2, token: "[removed]" } },
      { t: 0, type: "note", name: "odd", data: "[unwritable]" },
    ]);
    vi.useRealTimers();
    expect(await recorder.blob().text()).toBe(recorder.text());
  });
});

describe("a recorded transport", () => {
  for (const { name, run } of contract) {
    it(`${name}, recorded`, () => {
      vi.useRealTimers();
      return run(async (limits) => {
        const [near, far] = createMemoryTransportPair(limits);
        const witnessed = new SessionRecorder({ audio: true, statsIntervalMs: 0 }).transport(near);
        return { near: witnessed, far: farPeer(far, () => far.sever()), dispose: async () => void (await far.close()) };
      });
    });
  }

  it("can do everything that the transport itself can, and is of its class", () => {
    class Special extends MemoryTransport {
      readonly #track = { label: "the peer's sound" };
      get remoteTrack(): { readonly label: string } {
        return this.#track;
      }
      takeBack(): number {
        return this.#track.label.length;
      }
    }
    const special = new Special("rtvbp.v1", defaultLimits);
    const witnessed = new SessionRecorder({ statsIntervalMs: 0 }).transport(special) as Special;
    expect(witnessed).toBeInstanceOf(Special);
    expect(["remoteTrack" in witnessed, "nothing" in witnessed]).toEqual([true, false]);
    expect(witnessed.remoteTrack).toBe(special.remoteTrack);
    expect(witnessed.takeBack()).toBe(16);
  });
});

describe("readTrace", () => {
  const header = '{"type":"trace","version":1,"startedAt":5,"audio":false}';

  it("leaves out a line that was cut off, and lines of a kind it does not know", () => {
    const lines = [
      header,
      '{"t":1,"type":"open","kind":"memory","profile":"rtvbp.v1"}',
      '{"t":2,"type":"hologram","depth":3}',
      '{"t":3,"type":"frames","way":"sent","bytes":[1,2],"at":[0]}',
      '{"t":4,"type":"text","way":"sent","text":"{}"}',
      '{"t":5,"type":"text","way":"se',
    ];
    const trace = readTrace(lines.join("\n"));
    expect(trace.records.map(({ t }) => t)).toEqual([1, 4]);
    expect(trace.skippedLines).toBe(3);
  });

  it.each([
    ["", "trace-format"],
    ["RIFF", "trace-format"],
    ['{"type":"trace"}', "trace-format"],
    ["null", "trace-format"],
    ['{"type":"trace","version":2,"startedAt":5}', "trace-version"],
  ])("refuses %j with %s", (text, code) => {
    expect(() => readTrace(text)).toThrow(expect.objectContaining({ code }));
  });
});

describe("a call with a recorder", () => {
  it("records every session of it, one after the other, and what the page adds", async () => {
    vi.useRealTimers();
    const peer = createTestPeer();
    const recorder = new SessionRecorder();
    const audio = new TestAudio();
    const reconnect = { firstDelayMs: 1, maxDelayMs: 2 };
    const made = new Call({ connect: peer.connect, openAudio: audio.open, tap: recorder, token: "s3cr3t", reconnect });
    await made.start();
    (await peer.next()).link.sever();
    const second = await peer.next();
    recorder.note("quality", { mos: 4 });
    await second.hangUp("bye");
    await vi.waitFor(() => expect(made.ended).toBeDefined(), patience);
    expect(of(recorder, "session").map(({ role }) => role)).toEqual(["voice", "voice"]);
    expect(of(recorder, "media-connected")).toHaveLength(2);
    expect(of(recorder, "end").map(({ by }) => by)).toEqual(["network", "remote"]);
    expect(of(recorder, "note")).toHaveLength(1);
    await peer.close();
  });
});
