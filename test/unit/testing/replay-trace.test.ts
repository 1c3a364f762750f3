import { describe, expect, it } from "vitest";
import { findCodec, ProtocolError } from "../../../lib/protocol/index.ts";
import {
  type Clock,
  readTrace,
  Session,
  SessionRecorder,
  type SessionTap,
  type Trace,
} from "../../../lib/session/index.ts";
import { type LivePeer, type ReplayOptions, replayTrace, SimulatedClock } from "../../../lib/testing/index.ts";
import { createMemoryTransportPair, type Transport } from "../../../lib/transport/index.ts";

const narrow = findCodec("L16/8000/1")!;

interface Manner {
  readonly greeting?: string;
  readonly delayMs?: number;
  readonly beeps?: number;
  readonly loudness?: number;
  readonly hangsUp?: boolean;
  readonly talkative?: boolean;
  readonly silent?: boolean;
  readonly refuses?: boolean;
}

/** The application: greets, beeps, repeats keys, asks for a variable, and hangs up at the 9. Goes by its clock. */
function application(transport: Transport, clock: Clock, manner: Manner = {}, tap?: SessionTap): Session {
  const { greeting = "Hello.", delayMs = 30, beeps = 5, loudness = 7, hangsUp = true } = manner;
  let lastId = 100;
  const session = new Session({
    role: "application",
    transport,
    clock,
    newId: () => `app-${++lastId}`,
    ...(tap && { tap }),
    onInitialize: ({ audio_codec_offerings }) => {
      if (manner.refuses) throw new ProtocolError("closed today", { status: 403 });
      return audio_codec_offerings[0] ?? null;
    },
    onFrame: () => {},
  });
  const after = (ms: number, run: () => void): void => void clock.after(ms, run);
  session.on("session.updated", () => {
    if (manner.talkative) session.emit("agent.tool.call", { name: "chatter" });
    after(delayMs, () => {
      if (!manner.silent) session.emit("output.transcript.done", { text: greeting });
      for (let beep = 0; beep < beeps; beep++) {
        after(20 * beep, () => session.transport?.sendFrame(new Uint8Array(320).fill(loudness + beep)));
      }
    });
  });
  session.on("dtmf", async ({ digit }) => {
    const { name } = (await session.request("session.get", { keys: ["name"] })) as { name?: string };
    session.emit("input.transcript", { delta: `${name} pressed ${digit}` });
    if (digit === "9" && hangsUp) after(50, () => void session.hangUp("bye"));
  });
  void session.start();
  return session;
}

/** The caller: says who it is, sends sound, presses 1 and 9. */
function voice(transport: Transport, clock: Clock, tap?: SessionTap): Session {
  const session = new Session({ role: "voice", transport, clock, ...(tap && { tap }), onFrame: () => {} });
  session.handle("session.get", () => ({ name: "Ann" }));
  session.handle("call.hangup", () => ({}));
  const press = (digit: string, seq: number): void =>
    void session.emit("dtmf", { digit, seq, pressed_at: clock.now() - 80, released_at: clock.now() });
  const call = { id: "call-1", session_id: "s-1", from: "ann", to: "app" };
  void session
    .initialize({ application: { id: "app" }, call, codecs: [narrow], metadata: { token: "s3cr3t" } })
    .then(() => {
      clock.after(500, () => press("1", 0));
      clock.after(1000, () => press("9", 1));
      for (let frame = 0; frame < 10; frame++) {
        clock.after(20 * frame, () => session.transport?.sendFrame(new Uint8Array(160).fill(frame)));
      }
    })
    .catch(() => undefined);
  return session;
}

/** A conversation as one of its sides recorded it. */
async function record(
  side: "voice" | "application",
  options: { audio?: boolean; manner?: Manner } = {},
): Promise<Trace> {
  const clock = new SimulatedClock();
  const recorder = new SessionRecorder({ clock, audio: options.audio ?? true });
  const [near, far] = createMemoryTransportPair({ now: () => clock.now() });
  const app = application(far, clock, options.manner, side === "application" ? recorder : undefined);
  const caller = voice(near, clock, side === "voice" ? recorder : undefined);
  await clock.advance(5000);
  expect([app.state, caller.state]).toEqual(["closed", "closed"]);
  return readTrace(recorder.text());
}

const live =
  (manner: Manner = {}): LivePeer =>
  (transport, clock) =>
    void application(transport, clock, manner);

const differences = async (trace: Trace, peer: LivePeer, options?: ReplayOptions) =>
  (await replayTrace(trace, peer, options)).differences.map(({ t: _, ...rest }) => rest);

describe("replayTrace", () => {
  it("finds nothing different when the same application is live, with every message and frame played", async () => {
    const trace = await record("voice");
    const report = await replayTrace(trace, live());
    expect(report.differences).toEqual([]);
    expect(report).toMatchObject({ expectedTexts: 7, matchedTexts: 7, playedTexts: 7, playedFrames: 10 });
    expect(report.durationMs).toBeGreaterThanOrEqual(1050);
  });

  it("plays either side of either recording", async () => {
    const caller: LivePeer = (transport, clock) => void voice(transport, clock);
    expect(await differences(await record("application"), caller)).toEqual([]);
    expect(await differences(await record("voice"), caller, { side: "peer" })).toEqual([]);
    expect(await differences(await record("application"), live(), { side: "peer" })).toEqual([]);
  });

  it("finds other words", async () => {
    expect(await differences(await record("voice"), live({ greeting: "Good day." }))).toEqual([
      {
        type: "changed",
        what: "event output.transcript.done",
        path: "data.text",
        expected: "Hello.",
        actual: "Good day.",
      },
    ]);
  });

  it("leaves out what it is told to", async () => {
    const ignore = ["output.transcript.done.data.text"];
    expect(await differences(await record("voice"), live({ greeting: "Good day." }), { ignore })).toEqual([]);
  });

  it("finds what is not said any more, and what is said in addition", async () => {
    const found = await differences(await record("voice"), live({ silent: true, talkative: true }));
    expect(found.map(({ type, ...rest }) => [type, "what" in rest && rest.what])).toEqual([
      ["missing", "event output.transcript.done"],
      ["unexpected", "event agent.tool.call"],
    ]);
  });

  it("finds an application that is slow, and waits for it", async () => {
    const trace = await record("voice");
    expect(await differences(trace, live({ delayMs: 2530 }))).toEqual([
      { type: "late", what: "event output.transcript.done", byMs: 2500 },
    ]);
    expect(await differences(trace, live({ delayMs: 2530 }), { lateMs: 3000 })).toEqual([]);
  });

  it("finds other sound, by length and by bytes", async () => {
    const trace = await record("voice");
    expect(await differences(trace, live({ beeps: 3 }))).toEqual([
      { type: "sound", expectedBytes: 1600, actualBytes: 960 },
    ]);
    expect(await differences(trace, live({ loudness: 8 }))).toEqual([
      { type: "sound", expectedBytes: 1600, actualBytes: 1600, firstByte: 0 },
    ]);
    const silent = await record("voice", { audio: false });
    expect(await differences(silent, live({ loudness: 8 }))).toEqual([]);
    expect(await differences(silent, live({ beeps: 6 }), { soundToleranceBytes: 320 })).toEqual([]);
  });

  it("finds an application that refuses where it accepted", async () => {
    const [first] = await differences(await record("voice"), live({ refuses: true }));
    expect(first).toMatchObject({ type: "changed", what: "answer to session.initialize", path: "result" });
  });

  it("finds an application that does not end the call", async () => {
    const found = await differences(await record("voice"), live({ hangsUp: false }));
    expect(found.map(({ type }) => type)).toContain("missing");
    expect(JSON.stringify(found)).toContain("request call.hangup");
  });

  it("answers what the recording has no answer for, so that nobody waits", async () => {
    let rttMs: number | undefined;
    let refused: unknown;
    const curious: LivePeer = (transport, clock) => {
      const session = application(transport, clock);
      session.on("session.updated", () => {
        void session.ping().then((report) => {
          rttMs = report.rttMs;
        });
        session.request("recording.start", {}).catch((error: unknown) => {
          refused = error;
        });
      });
    };
    const found = await differences(await record("voice"), curious);
    expect(found.map((difference) => "what" in difference && difference.what)).toEqual(["request recording.start"]);
    expect(rttMs).toBeGreaterThanOrEqual(0);
    expect(refused).toMatchObject({ status: 501, message: "not in the recording" });
  });

  it("is the same every time", async () => {
    const trace = await record("voice");
    const run = () => replayTrace(trace, live({ greeting: "Hm.", delayMs: 1700, beeps: 2 }));
    expect(await run()).toEqual(await run());
  });

  it("says what it could not play: a trace with a gap, a message that was cut", async () => {
    const clock = new SimulatedClock();
    const recorder = new SessionRecorder({ clock, maxTextChars: 200 });
    const [near, far] = createMemoryTransportPair({ now: () => clock.now() });
    application(far, clock, { greeting: "long ".repeat(100) });
    voice(near, clock, recorder);
    await clock.advance(5000);
    const found = await differences(readTrace(recorder.text()), live({ greeting: "long ".repeat(100) }));
    expect(found).toContainEqual({ type: "hole", what: expect.stringMatching(/^a message of \d+, cut$/) });
  });

  it("refuses what is not a trace", async () => {
    await expect(replayTrace("hello", live())).rejects.toMatchObject({ code: "trace-format" });
  });
});
