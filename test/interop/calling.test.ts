import { expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "ws";
import { createVoiceServer, type VoiceServerOptions, type VoiceSession } from "../../lib/node/index.ts";
import { babelforceV1, classicV1, findCodec, RemoteError } from "../../lib/protocol/index.ts";
import { noise, until } from "../unit/node/voice-side.ts";
import { type GoOptions, GoPeer } from "./go-peer.ts";
import { describeEach, type Program } from "./programs.ts";

/** A Go caller in a call with our voice server. */
async function answer(
  program: Program,
  goOptions: Partial<GoOptions> = {},
  options: Partial<VoiceServerOptions> = {},
): Promise<{ go: GoPeer; call: VoiceSession }> {
  let answered: (call: VoiceSession) => void = () => {};
  const active = new Promise<VoiceSession>((resolve) => {
    answered = resolve;
  });
  const server = createVoiceServer({ port: 0, host: "127.0.0.1", ...options, onCall: (call) => answered(call) });
  await server.ready;
  onTestFinished(() => server.close({ deadlineMs: 100 }));
  const go = GoPeer.start(program, { role: "voice", url: `${server.url}/desk`, ...goOptions });
  await go.next("initialized");
  return { go, call: await active };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as RemoteError,
  );

describeEach("a Go caller calls our voice server", (program) => {
  it("introduces the call, without a subprotocol", async () => {
    const { call } = await answer(program);
    expect(call.call).toEqual({ id: "call", session_id: "session", from: "100", to: "200" });
    expect([call.application.id, call.metadata]).toEqual(["app", { interop: true }]);
    expect([call.session.codec, call.session.profile.token]).toEqual([findCodec("L16/8000/1"), "rtvbp.v1"]);
    expect(call.request?.path).toBe("/desk");
    expect(call.session.stats().malformedPayloads).toBe(0);
  });

  it.runIf(program.negotiates)("agrees on rtvbp.v1 by name", async () => {
    const { call } = await answer(program, { profiles: ["rtvbp.v1"] });
    expect(call.request?.headers["sec-websocket-protocol"]).toBe("rtvbp.v1");
  });

  it("is let in with the right bearer token, and not with another", async () => {
    const authorize: VoiceServerOptions["authorize"] = ({ token }) => token === "s3cret";
    const { call } = await answer(program, { token: "s3cret" }, { authorize });
    expect(call.request?.tokenCarrier).toBe("header");
    const server = createVoiceServer({ port: 0, host: "127.0.0.1", authorize, onCall: () => undefined });
    await server.ready;
    onTestFinished(() => server.close());
    const refused = GoPeer.start(program, { role: "voice", url: server.url, token: "guess" });
    expect(await refused.next("ended")).toEqual(expect.any(String));
    expect(server.stats().refused.credentials).toBe(1);
  });

  it("carries sound both ways, byte for byte", async () => {
    const { go, call } = await answer(program);
    const [said, answered] = [noise(32_000, 3), noise(32_000, 4)];
    const received: Uint8Array[] = [];
    void (async () => {
      for await (const frame of call.audio) received.push(frame);
    })();
    await go.listen();
    await go.speak(said);
    await call.speak(answered, { speed: Number.POSITIVE_INFINITY });
    await until(() => call.audio.receivedBytes >= said.length, "the sound of Go");
    await until(async () => (await go.heard()).length >= answered.length, "Go to hear us");
    await until(() => Buffer.concat(received).length >= said.length, "the reader");
    expect(Buffer.concat(received).equals(said)).toBe(true);
    expect((await go.heard()).equals(answered)).toBe(true);
  });

  it("reports keys in the order they were pressed", async () => {
    const { go, call } = await answer(program);
    const numbers: number[] = [];
    call.on("dtmf", ({ seq, pressed_at, released_at }) => {
      expect(released_at).toBeGreaterThanOrEqual(pressed_at);
      numbers.push(seq);
    });
    for (const digit of "1#*") await go.press(digit);
    const digits = [await call.nextDigit(), await call.nextDigit(), await call.nextDigit()];
    expect([digits.join(""), numbers]).toEqual(["1#*", [0, 1, 2]]);
  });

  it("measures the way in both directions", async () => {
    const { go, call } = await answer(program);
    const report = await call.session.ping({ data: "probe" });
    expect(report.rttMs).toBeGreaterThanOrEqual(0);
    expect(report.t2).toBeGreaterThanOrEqual(report.t1);
    const pong = await go.request<Record<string, unknown>>("ping", { t0: 1_700_000_000_000, rtt: 7, data: { a: 1 } });
    expect(pong).toMatchObject({ t0: 1_700_000_000_000, data: { a: 1 } });
    expect(Number(pong.t2)).toBeGreaterThanOrEqual(Number(pong.t1));
  });

  it("keeps variables", async () => {
    const { call } = await answer(program);
    const data = { customer: "Ada <Lovelace> & Zoë 🎧", attempt: 2, nested: { list: [true, null, 1.5] } };
    await call.setVariables(data);
    expect(await call.getVariables(["attempt", "unknown"])).toEqual({ attempt: 2 });
    expect(await call.getVariables()).toEqual(data);
  });

  it("records, and says when there is nothing to stop", async () => {
    const { go, call } = await answer(program);
    const id = await call.startRecording(["a", "b"]);
    expect(await go.next("recording")).toEqual(["a", "b"]);
    await call.stopRecording(id);
    const error = await failure(call.stopRecording(id));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ status: 500, message: `there is no recording ${id}` });
  });

  it("clears exactly what was sent and not heard", async () => {
    const { call } = await answer(program);
    await call.speak(noise(48_000), { speed: Number.POSITIVE_INFINITY });
    await call.output.flush();
    // Sound and requests are read beside one another there: one clear may come too early for the last of it.
    let removed = 0;
    await until(async () => {
      removed += (await call.clear()).len;
      expect(removed).toBeLessThanOrEqual(48_000);
      return removed === 48_000;
    }, "all the sound to be taken back");
    const { len, playedBytes } = await call.clear();
    expect([len, playedBytes]).toEqual([0, 0]);
  });

  it("is moved to another application", async () => {
    const { go, call } = await answer(program);
    expect(await call.move({ applicationId: "desk", reason: "handoff" })).toBe("desk");
    expect(await call.ended).toEqual({ reason: "handoff", by: "local", method: "application.move" });
    expect(await go.next("ended")).toBeNull();
  });

  it("is hung up by us", async () => {
    const { go, call } = await answer(program);
    expect(await call.hangUp("all said")).toEqual({ reason: "all said", by: "local" });
    expect(await go.next("hung up")).toBe("all said");
    expect(await go.next("ended")).toBeNull();
  });

  it("hangs up: we hear of it, and the call ends", async () => {
    const { go, call } = await answer(program);
    const told: unknown[] = [];
    call.on("hangup", (data) => told.push(data));
    await go.hangUp("caller left");
    expect(await call.ended).toMatchObject({ by: "remote", method: "session.terminate" });
    expect(told).toEqual([{ reason: "caller left" }]);
    expect(await go.next("ended")).toBeNull();
  });

  it("terminates the session", async () => {
    const { go, call } = await answer(program);
    await go.terminate("out of time");
    expect(await call.ended).toEqual({ reason: "out of time", by: "remote", method: "session.terminate" });
    expect(await go.next("ended")).toBeNull();
  });
});

interface Wire {
  readonly messages: Record<string, unknown>[];
  readonly texts: string[];
  send(message: object): void;
}

/** A Go caller whose application is the test, message by message. */
async function wire(program: Program): Promise<{ go: GoPeer; wire: Wire }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  const texts: string[] = [];
  const messages: Record<string, unknown>[] = [];
  const connected = new Promise<Wire>((resolve) => {
    server.once("connection", (socket) => {
      socket.on("message", (data, isBinary) => {
        if (isBinary) return;
        texts.push(String(data));
        messages.push(JSON.parse(String(data)) as Record<string, unknown>);
      });
      resolve({ messages, texts, send: (message) => socket.send(JSON.stringify({ version: "1", ...message })) });
    });
  });
  const { port } = server.address() as { port: number };
  const go = GoPeer.start(program, { role: "voice", url: `ws://127.0.0.1:${port}/` });
  const opened = await connected;
  await until(() => messages.length > 0, "session.initialize");
  opened.send({ response: messages[0]?.id, result: { audio_codec: findCodec("L16/8000/1") } });
  await go.next("initialized");
  return { go, wire: opened };
}

describeEach("the wire of a Go caller", (program) => {
  it("refuses session.terminate and unknown methods with 501", async () => {
    const { wire: peer } = await wire(program);
    const errorTo = async (id: string, method: string) => {
      peer.send({ id, method, params: { reason: "done" } });
      await until(() => peer.messages.some(({ response }) => response === id), `an answer to ${method}`);
      return peer.messages.find(({ response }) => response === id)?.error;
    };
    expect(await errorTo("a", "session.terminate")).toEqual({
      code: 501,
      message: babelforceV1.operations["session.terminate"]?.refusal,
    });
    expect(await errorTo("b", "no.such.method")).toEqual({ code: 501, message: "unknown method: no.such.method" });
  });

  it("is spelled byte for byte as we would spell it", async () => {
    const { go, wire: peer } = await wire(program);
    await go.press("5");
    await until(() => peer.texts.length === 3, "three messages");
    const written = peer.texts.map((text) => {
      const frame = classicV1.decode(text);
      if (frame.kind === "request") {
        const shape = babelforceV1.operations[frame.method]?.params;
        return classicV1.request(frame.id, frame.method, shape?.encode(shape.decode(frame.params, "params"), "params"));
      }
      if (frame.kind !== "event") throw new Error(`not expected: ${text}`);
      const shape = babelforceV1.events[frame.event]?.data;
      return classicV1.event(frame.id, frame.event, shape?.encode(shape.decode(frame.data, "data"), "data"));
    });
    expect(written).toEqual(peer.texts);
  });
});
