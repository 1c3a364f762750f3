import { afterEach, expect, test } from "vitest";
import { type FlightCall, FlightRecorder } from "../../../lib/call/flight-recorder.ts";
import {
  Call,
  CallLevelEvent,
  type CallOptions,
  CallQualityEvent,
  CallRecordingEvent,
  flightAt,
  rateQuality,
  readFlightRecord,
} from "../../../lib/call/index.ts";
import { readTrace } from "../../../lib/session/index.ts";
import { Application } from "./application.ts";
import { FakeAudio } from "./fake-audio.ts";

const open: Call[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((call) => call.hangUp()));
});

function callOf(application: Application, options: Partial<CallOptions> = {}): Call {
  const call = new Call({
    connect: application.connect,
    application: "agent",
    openAudio: async () => new FakeAudio() as never,
    reconnect: false,
    ...options,
  });
  open.push(call);
  return call;
}

const textOf = async (call: Call): Promise<string> => (await call.flightRecord()).text();

/** A call of which only the events matter. */
class LoudCall extends EventTarget {
  readonly id = "loud";
  readonly state = "active";
  readonly ended = undefined;
  readonly stats = async (): Promise<never> => {
    throw new Error("measures nothing");
  };
}

const quality = (delayMs: number) =>
  new CallQualityEvent({
    ...rateQuality({ delayMs, concealedPct: 1 }),
    stages: { captureMs: 20, networkMs: 10, bufferMs: delayMs - 40, outputMs: 10 },
    driftPpm: 3,
    state: "playing",
    sender: "live",
  });

test("the record has control messages, states, mutes and the end, and no credential", async () => {
  const application = new Application();
  const secret = "open-sesame-4711";
  const call = callOf(application, { flightRecord: true, metadata: { authToken: secret, shop: "Berlin" } });
  await call.start();
  await call.setMuted(true);
  await call.hangUp("enough");
  expect(application.last.introduced?.metadata).toMatchObject({ authToken: secret });
  const text = await textOf(call);
  expect(text).not.toContain(secret);
  expect(text).toContain("Berlin");
  const record = readFlightRecord(text);
  const names = record.events.map(({ kind, name }) => `${kind} ${name}`);
  for (const name of ["sent session.initialize", "state active", "state terminated", "end enough", "call muted"])
    expect(names).toContain(name);
  expect(record.spans.map(({ state }) => state)).toContain("terminated");
  expect(record.ended).toEqual({ reason: "enough", by: "local" });
  expect(record.missingLines).toBe(0);
});

test("a record goes on over all connections of a call, and a tap of the page looks on as well", async () => {
  const application = new Application();
  const seen: string[] = [];
  const tap: NonNullable<CallOptions["tap"]> = {
    attach: () => void seen.push("session"),
    transport: (transport) => {
      seen.push("transport");
      return transport;
    },
  };
  const call = callOf(application, { flightRecord: true, tap, reconnect: {} });
  await call.start();
  const { session } = application.last;
  const back = new Promise<void>((resolve) =>
    call.addEventListener("statechange", ({ previous }) => previous === "reconnecting" && resolve()),
  );
  application.last.far.close(1012, "restart");
  await back;
  expect(application.last.session).not.toBe(session);
  const { records } = readTrace(await textOf(call));
  expect(records.filter(({ type }) => type === "session")).toHaveLength(2);
  expect(seen).toEqual(["session", "transport", "session", "transport"]);
});

test("there is none where it was switched off, nor without a page unless it is asked for, nor before the start", async () => {
  for (const options of [{ flightRecord: false }, {}]) {
    const call = callOf(new Application(), options);
    await call.start();
    expect(call.hasFlightRecord).toBe(false);
    await expect(call.flightRecord()).rejects.toMatchObject({ code: "call-state" });
  }
  await expect(callOf(new Application(), { flightRecord: true }).flightRecord()).rejects.toMatchObject({
    code: "call-state",
  });
});

test("a day of events stays within 4 million characters: the beginning and the end are kept, the middle is counted", async () => {
  const call = new LoudCall();
  const recorder = new FlightRecorder(call as unknown as FlightCall);
  for (let i = 0; i < 30_000; i++) call.dispatchEvent(quality(i + 40));
  const text = await (await recorder.blob()).text();
  expect(text.length).toBeLessThanOrEqual(4_000_200);
  expect(text.length).toBeGreaterThan(3_000_000);
  const record = readFlightRecord(text);
  expect(record.quality[0]?.delayMs).toBe(40);
  expect(record.quality.at(-1)?.delayMs).toBe(30_039);
  expect(record.missingLines).toBeGreaterThan(1000);
  expect(record.missingLines + record.quality.length).toBe(30_000);
});

test("levels are peaks of moments, and what was the case at a moment can be asked", async () => {
  const call = new LoudCall();
  const recorder = new FlightRecorder(call as unknown as FlightCall);
  for (let i = 0; i < 30; i++) {
    call.dispatchEvent(new CallLevelEvent({ peak: i / 100, rms: 0 }, { peak: 0.5, rms: 0 }));
  }
  call.dispatchEvent(quality(120));
  const record = readFlightRecord(await (await recorder.blob()).text());
  expect(record.levels.map(({ input }) => input)).toEqual(Array.from({ length: 30 }, (_, i) => i / 100));
  const at = flightAt(record, record.durationMs);
  expect(at).toMatchObject({ level: { output: 0.5 }, quality: { delayMs: 120 } });
  expect(flightAt(record, -1)).toEqual({ state: undefined, level: undefined, quality: undefined, event: -1 });
});

test("the sound of recordings is in it only when it is asked for", async () => {
  const call = new LoudCall();
  const recorder = new FlightRecorder(call as unknown as FlightCall);
  call.dispatchEvent(new CallRecordingEvent("one", []));
  call.dispatchEvent(new CallRecordingEvent("one", [], new Blob(["real sound"], { type: "audio/webm" })));
  const plain = readFlightRecord(await (await recorder.blob()).text());
  expect(plain.sounds).toEqual([]);
  expect(plain.events.map(({ name }) => name)).toEqual(["call", "recording", "recording"]);
  const [sound] = readFlightRecord(await (await recorder.blob({ audio: true })).text()).sounds;
  expect(sound?.blob.type).toBe("audio/webm");
  expect(await sound?.blob.text()).toBe("real sound");
});
