import { expect, it } from "vitest";
import { findCodec, ProtocolError, RemoteError } from "../../lib/protocol/index.ts";
import { TransportError } from "../../lib/transport/transport.ts";
import { dial, noise, until, type VoiceSide } from "../unit/node/voice-side.ts";
import { GoPeer, GoRefusal } from "./go-peer.ts";
import { describeEach, type Program } from "./programs.ts";

const codec = findCodec("L16/8000/1");

/** Our voice side in a call with a Go application. Headerless: the one profile every peer speaks. */
async function call(program: Program): Promise<{ go: GoPeer; voice: VoiceSide }> {
  const go = GoPeer.start(program, { role: "application" });
  const url = await go.next<string>("listening");
  const voice = await dial({ url, profiles: [], metadata: { language: "de" } });
  await go.next("session.updated");
  return { go, voice };
}

const refusal = (error: unknown) => {
  if (!(error instanceof GoRefusal)) throw error;
  return { code: error.code, message: error.message, any: error.any };
};

describeEach("our voice side calls a Go application", (program) => {
  it("initializes, agrees on a codec and tells so, without a subprotocol", async () => {
    const go = GoPeer.start(program, { role: "application" });
    const voice = await dial({
      url: await go.next<string>("listening"),
      profiles: [],
      application: "desk",
      metadata: { language: "de" },
      codecs: ["L16/8000/1", "L16/16000/1"],
    });
    expect(await go.next("initialize")).toEqual({
      application: { id: "desk" },
      call: { id: "call-1", session_id: "session-1", from: "alice", to: "bob" },
      audio_codec_offerings: [codec, findCodec("L16/16000/1")],
      metadata: { language: "de" },
    });
    expect(await go.next("session.updated")).toEqual({ audio_codec: codec });
    expect([voice.session.codec, voice.session.profile.token]).toEqual([codec, "rtvbp.v1"]);
  });

  it.runIf(program.negotiates)("agrees on rtvbp.v1 by name", async () => {
    const go = GoPeer.start(program, { role: "application", profiles: ["rtvbp.v1"] });
    const voice = await dial({ url: await go.next<string>("listening"), profiles: ["rtvbp.v1"] });
    await go.next("session.updated");
    expect(voice.session.profile.token).toBe("rtvbp.v1");
  });

  it.runIf(program.negotiates)("is refused where there is no common profile", async () => {
    const go = GoPeer.start(program, { role: "application", profiles: ["rtvbp.v1"] });
    const refused = dial({ url: await go.next<string>("listening"), profiles: ["rtvbp.v9"] });
    await expect(refused).rejects.toBeInstanceOf(TransportError);
  });

  it.skipIf(program.negotiates)("says so where the server does not know subprotocols", async () => {
    const go = GoPeer.start(program, { role: "application" });
    const refused = dial({ url: await go.next<string>("listening"), profiles: ["rtvbp.v1"] });
    await expect(refused).rejects.toMatchObject({ code: "transport-profile" });
  });

  it("is refused with 403 when it comes from a page of another host", async () => {
    const go = GoPeer.start(program, { role: "application" });
    const headers = { Origin: "https://elsewhere.example" };
    const refused = dial({ url: await go.next<string>("listening"), profiles: [], headers });
    await expect(refused).rejects.toMatchObject({ code: "transport-refused", message: expect.stringContaining("403") });
  });

  it("ends with the application's error when that refuses the call", async () => {
    const go = GoPeer.start(program, { role: "application", refuse: true });
    const refused = dial({ url: await go.next<string>("listening"), profiles: [] });
    const error = await refused.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ status: 500, message: "no agent is free" });
  });

  it("carries sound both ways, byte for byte", async () => {
    const { go, voice } = await call(program);
    const [said, answered] = [noise(32_000, 5), noise(32_000, 9)];
    await go.listen();
    for (let at = 0; at < said.length; at += 320) voice.send(said.slice(at, at + 320));
    await go.speak(answered);
    await until(() => voice.receivedBytes() >= answered.length, "the sound of Go");
    await until(async () => (await go.heard()).length >= said.length, "Go to hear us");
    expect(Buffer.concat(voice.received).equals(answered)).toBe(true);
    expect((await go.heard()).equals(said)).toBe(true);
  });

  it("reports keys with their order and times", async () => {
    const { go, voice } = await call(program);
    voice.session.emit("dtmf", { seq: 0, pressed_at: 1, released_at: 90, digit: "1" });
    voice.session.emit("dtmf", { seq: 1, pressed_at: 100, released_at: 190, digit: "#" });
    const keys = [await go.next<{ seq: number }>("dtmf"), await go.next<{ seq: number }>("dtmf")];
    // The oldest peer handles messages beside one another: its order is that of `seq`.
    expect(keys.sort((a, b) => a.seq - b.seq)).toEqual([
      { seq: 0, pressed_at: 1, released_at: 90, digit: "1" },
      { seq: 1, pressed_at: 100, released_at: 190, digit: "#" },
    ]);
  });

  it("measures the way in both directions", async () => {
    const { go, voice } = await call(program);
    const report = await voice.session.ping({ data: { probe: [1, "two"] } });
    expect(report.rttMs).toBeGreaterThanOrEqual(0);
    expect(report.t1).toBeGreaterThan(1_600_000_000_000);
    expect(report.t2).toBeGreaterThanOrEqual(report.t1);
    const pong = await go.request<Record<string, unknown>>("ping", {
      t0: 1_700_000_000_000,
      data: { probe: [1, "two"] },
    });
    expect(pong).toMatchObject({ t0: 1_700_000_000_000, data: { probe: [1, "two"] } });
    expect(Object.keys(pong).sort()).toEqual(["data", "owd", "t0", "t1", "t2"]);
  });

  it("sets and returns variables", async () => {
    const { go, voice } = await call(program);
    const variables: Record<string, unknown> = {};
    voice.session.handle("session.set", ({ data }) => void Object.assign(variables, data));
    voice.session.handle("session.get", ({ keys }) =>
      Object.fromEntries(Object.entries(variables).filter(([key]) => keys.length === 0 || keys.includes(key))),
    );
    const data = { customer: "Ada <Lovelace> & Zoë 🎧", attempt: 2, nested: { list: [true, null, 1.5] } };
    expect(await go.request("session.set", { data })).toEqual({});
    expect(await go.request("session.get", { keys: ["attempt", "unknown"] })).toEqual({ attempt: 2 });
    expect(await go.request("session.get", { keys: [] })).toEqual(data);
  });

  it("starts and stops recordings", async () => {
    const { go, voice } = await call(program);
    const done: unknown[] = [];
    voice.session.handle("recording.start", ({ tags }) => {
      done.push(tags);
      return { id: "r1" };
    });
    voice.session.handle("recording.stop", ({ id }) => void done.push(id));
    expect(await go.request("recording.start", { tags: ["a", "b"] })).toEqual({ id: "r1" });
    expect(await go.request("recording.start", {})).toEqual({ id: "r1" });
    expect(await go.request("recording.stop", { id: "r1" })).toEqual({});
    expect(done).toEqual([["a", "b"], undefined, "r1"]);
  });

  it("clears exactly the sound that came before the request", async () => {
    const { go, voice } = await call(program);
    let cleared = 0;
    voice.session.handle("audio.buffer.clear", (_, { mediaBytes }) => {
      const len = mediaBytes - cleared;
      cleared = mediaBytes;
      return { len };
    });
    await go.speak(noise(48_000));
    await until(() => voice.receivedBytes() === 48_000, "the sound of Go");
    expect(await go.request("audio.buffer.clear")).toEqual({ len: 48_000 });
    expect(await go.request("audio.buffer.clear")).toEqual({ len: 0 });
  });

  it("hears the events of the application", async () => {
    const { go, voice } = await call(program);
    const heard: unknown[] = [];
    for (const name of [
      "audio.speech.started",
      "input.transcript",
      "output.transcript.done",
      "agent.tool.call",
    ] as const) {
      voice.session.on(name, (data) => heard.push([name, data]));
    }
    await go.emit("audio.speech.started", { origin: "receiver" });
    await go.emit("input.transcript", { delta: "hello" });
    await go.emit("output.transcript.done", { text: "" });
    await go.emit("somebody.elses.event", { any: 1 });
    await go.emit("agent.tool.call", { name: "look_up" });
    await until(() => heard.length === 4, "four events");
    expect(heard).toEqual([
      ["audio.speech.started", { origin: "receiver" }],
      ["input.transcript", { delta: "hello" }],
      ["output.transcript.done", { text: "" }],
      ["agent.tool.call", { name: "look_up" }],
    ]);
    expect(voice.session.stats().unknownEvents).toBe(1);
  });

  it("answers errors that Go reads: unknown, malformed, refused with data, failed, not for this side", async () => {
    const { go, voice } = await call(program);
    voice.session.handle("recording.stop", ({ id }) => {
      if (id === "bug") throw new Error("a secret");
      throw new ProtocolError("there is no such recording", { status: 404, data: { id } });
    });
    const fails = (method: string, params: unknown) => go.request(method, params).then(() => undefined, refusal);
    expect(await fails("no.such.method", {})).toMatchObject({
      code: 501,
      message: expect.stringContaining("no.such.method"),
    });
    expect(await fails("session.set", { data: {} })).toMatchObject({ code: 501 }); // nobody handles it here
    expect(await fails("raw:recording.stop", { id: "" })).toMatchObject({
      code: 400,
      any: { path: "params.id", expected: "a non-empty string" },
    });
    expect(await fails("recording.stop", { id: "r9" })).toEqual({
      code: 404,
      message: "there is no such recording",
      any: { id: "r9" },
    });
    expect(await fails("recording.stop", { id: "bug" })).toMatchObject({
      code: 500,
      message: expect.not.stringContaining("secret"),
    });
    expect(await fails("session.terminate", { reason: "done" })).toMatchObject({
      code: 501,
      message: "session.terminate is not supported. please use application.move or call.hangup instead",
    });
  });

  it("is moved to another application", async () => {
    const { go, voice } = await call(program);
    voice.session.handle("application.move", ({ application_id }) => ({
      next_application_id: `${application_id}-next`,
    }));
    const answer = await go.request("application.move", { reason: "handoff", application_id: "desk" });
    expect(answer).toEqual({ next_application_id: "desk-next" });
    expect(await voice.session.ended).toEqual({ reason: "handoff", by: "remote", method: "application.move" });
    expect(await go.next("ended")).toBeNull();
  });

  it("is hung up by the application", async () => {
    const { go, voice } = await call(program);
    voice.session.handle("call.hangup", () => ({}));
    expect(await go.request("call.hangup", { reason: "all said" })).toEqual({});
    expect(await voice.session.ended).toEqual({ reason: "all said", by: "remote", method: "call.hangup" });
    expect(await go.next("ended")).toBeNull();
  });

  it("hangs up: tells, terminates, and waits for the goodbye", async () => {
    const { go, voice } = await call(program);
    const end = await voice.session.hangUp("caller left");
    expect(await go.next("call.hangup")).toEqual({ reason: "caller left" });
    expect(await go.next("terminate")).toEqual({ reason: "caller left" });
    expect(end).toEqual({ reason: "caller left", by: "local" });
    expect(await go.next("ended")).toBeNull();
  });

  it("knows the application's goodbye from a lost connection", async () => {
    const { go, voice } = await call(program);
    await go.close();
    expect(await voice.session.ended).toMatchObject({ by: "remote" });
  });
});
