import { createServer, type Server } from "node:http";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createVoiceServer, type VoiceSession } from "../../../lib/node/index.ts";
import { bearerSubprotocol } from "../../../lib/protocol/index.ts";
import { settle } from "./manual-clock.ts";
import { afterwards, first, serve, upgrade } from "./server-rig.ts";
import { dial, noise, until } from "./voice-side.ts";

describe("upgrade checks of a voice server", () => {
  it("lets pages of its own host in by default, and programs that are no page", async () => {
    const { url, server } = await serve();
    const { host } = new URL(url);
    expect((await upgrade(url)).status).toBe(101);
    expect((await upgrade(url, { headers: { Origin: `http://${host}` } })).status).toBe(101);
    expect((await upgrade(url, { headers: { Origin: "https://evil.example" } })).status).toBe(403);
    const otherPort = `http://${host.replace(/:\d+$/, ":1")}`; // another origin, which may be somebody else's
    expect((await upgrade(url, { headers: { Origin: otherPort } })).status).toBe(403);
    expect((await upgrade(url, { headers: { Origin: "null" } })).status).toBe(403);
    expect(server.stats().refused.origin).toBe(3);
  });

  it("takes a list of origins, exact or by pattern, and `*` for any", async () => {
    const listed = await serve({ allowedOrigins: ["https://app.example", /^https:\/\/[a-z]+\.shop\.example$/] });
    const from = async (url: string, origin: string) => (await upgrade(url, { headers: { Origin: origin } })).status;
    expect(await from(listed.url, "https://app.example")).toBe(101);
    expect(await from(listed.url, "https://app.example.evil.example")).toBe(403);
    expect(await from(listed.url, "https://north.shop.example")).toBe(101);
    const open = await serve({ allowedOrigins: "*" });
    expect(await from(open.url, "https://anywhere.example")).toBe(101);
  });

  it("finds the credential in header, subprotocol, query and cookie, and refuses with 401 without one", async () => {
    const seen: unknown[] = [];
    const { url, server, log } = await serve({
      authorize: ({ token, tokenCarrier, cookies }) => {
        seen.push(tokenCarrier ?? (cookies.session ? "cookie" : undefined));
        return token === "s3cret" || cookies.session === "s3cret" ? { name: "alice" } : undefined;
      },
    });
    expect((await upgrade(url, { headers: { Authorization: "Bearer s3cret" } })).status).toBe(101);
    const bySubprotocol = await upgrade(url, { protocols: ["rtvbp.v1", bearerSubprotocol("s3cret")] });
    expect([bySubprotocol.status, bySubprotocol.protocol]).toEqual([101, "rtvbp.v1"]);
    expect((await upgrade(`${url}?token=s3cret`)).status).toBe(101);
    expect((await upgrade(url, { headers: { Cookie: "a=b; session=s3cret" } })).status).toBe(101);
    const refused = await upgrade(url, { headers: { Authorization: "Bearer wrong-s3cret" } });
    expect([refused.status, refused.headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    expect((await upgrade(url)).status).toBe(401);
    expect(seen).toEqual(["header", "subprotocol", "query", "cookie", "header", undefined]);
    expect(server.stats()).toMatchObject({ accepted: 4, refused: { credentials: 2 } });
    expect(log.join("\n")).not.toMatch(/s3cret|czNjcmV0/);
  });

  it("answers 500, and says why in its log, when the credentials cannot be checked", async () => {
    const broken = await serve({
      authorize: () => {
        throw new Error("database is down");
      },
    });
    expect((await upgrade(broken.url)).status).toBe(500);
    expect(broken.log.join()).toContain("database is down");
    const slow = await serve({ authorize: () => new Promise(() => {}), authorizeTimeoutMs: 20 });
    expect((await upgrade(slow.url)).status).toBe(500);
    expect(slow.server.stats().refused.failed).toBe(1);
  });

  it("picks the first of its profiles that was offered, and refuses with 400 where there is none", async () => {
    const { url, server } = await serve();
    expect((await upgrade(url, { protocols: ["x.v9", "rtvbp.v1"] })).protocol).toBe("rtvbp.v1");
    expect(await upgrade(url, { protocols: [] })).toMatchObject({ status: 101, protocol: "" });
    expect((await upgrade(url, { protocols: ["rtvbp.demo.v1"] })).status).toBe(400);
    expect((await upgrade(url, { protocols: ["rtvbp.webrtc.v1"] })).status).toBe(400);
    expect((await upgrade(url, { headers: { "Sec-WebSocket-Protocol": "bearer.!!!" }, protocols: [] })).status).toBe(
      400,
    );
    expect(server.stats().refused).toMatchObject({ profile: 2, malformed: 1 });
  });

  it("answers 503 with Retry-After when it is full, and takes the next call when one has ended", async () => {
    const { url, server } = await serve({ maxSessions: 2, retryAfterSeconds: 7 });
    const first = await dial({ url });
    await dial({ url });
    const refused = await upgrade(url);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "7"]);
    await first.session.hangUp();
    await until(() => server.stats().sessions === 1);
    expect((await upgrade(url)).status).toBe(101);
    expect(server.stats().refused.full).toBe(1);
  });

  it("limits the calls of one address, by the proxy's word only where the proxy is trusted", async () => {
    const strict = await serve({ maxSessionsPerAddress: 1 });
    await dial({ url: strict.url });
    expect((await upgrade(strict.url, { headers: { "X-Forwarded-For": "10.0.0.2" } })).status).toBe(503);
    const proxied = await serve({ maxSessionsPerAddress: 1, trustProxy: true });
    await dial({ url: proxied.url, headers: { "X-Forwarded-For": "6.6.6.6, 10.0.0.1" } });
    expect((await upgrade(proxied.url, { headers: { "X-Forwarded-For": "6.6.6.6, 10.0.0.1" } })).status).toBe(503);
    expect((await upgrade(proxied.url, { headers: { "X-Forwarded-For": "6.6.6.6, 10.0.0.2" } })).status).toBe(101);
  });

  it("serves its path only", async () => {
    const { url, server } = await serve({ path: "/voice/" });
    expect((await upgrade(`${url}voice/echo`)).status).toBe(101);
    expect((await upgrade(`${url}other`)).status).toBe(404);
    expect(server.stats().refused.path).toBe(1);
  });

  it("survives garbage and clients that leave during the check", async () => {
    let proceed = (): void => {};
    const gate = new Promise<boolean>((resolve) => {
      proceed = () => resolve(true);
    });
    const { url, server } = await serve({ authorize: () => gate });
    const { port } = new URL(url);
    const leaver = connectTcp(Number(port), "127.0.0.1");
    leaver.write(
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await until(() => server.stats().pendingUpgrades === 1, "the check");
    leaver.resetAndDestroy();
    const badKey = connectTcp(Number(port), "127.0.0.1");
    const answer = new Promise<string>((resolve) => badKey.once("data", (data) => resolve(data.toString())));
    badKey.write(
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    proceed();
    expect(await answer).toMatch(/^HTTP\/1.1 400 /);
    badKey.destroy();
    expect((await upgrade(url)).status).toBe(101);
    expect(server.stats()).toMatchObject({ accepted: 1, refused: { malformed: 1 } });
  });
});

describe("a voice server and its calls", () => {
  it("hands the call to onCall with who calls, what was agreed and what authorize said", async () => {
    const { url, calls } = await serve({
      authorize: () => ({ name: "alice" }),
      codecs: ["L16/16000/1", "PCMU/8000/1"],
    });
    const voice = await dial({
      url: `${url}agents/echo?x=1`,
      codecs: ["PCMU/8000/1", "L16/16000/1"],
      application: "echo",
      metadata: { lang: "de" },
    });
    const call = await first(calls);
    expect(call.call).toEqual({ id: "call-1", session_id: "session-1", from: "alice", to: "bob" });
    expect([call.application.id, call.metadata, call.identity]).toEqual(["echo", { lang: "de" }, { name: "alice" }]);
    expect([call.request?.path, call.request?.query.get("x")]).toEqual(["/agents/echo", "1"]);
    expect(call.format).toEqual({
      id: "L16/16000/1",
      name: "L16",
      sampleRate: 16000,
      bytesPerSecond: 32000,
      frameBytes: 640,
      unitBytes: 2,
    });
    expect(voice.session.codec?.id).toBe("L16/16000/1");
  });

  it("carries sound both ways, and forgets the oldest frames of a caller nobody listens to", async () => {
    const { url, calls } = await serve({ maxQueuedFrames: 3 });
    const voice = await dial({ url });
    const call = await first(calls);
    for (let i = 0; i < 5; i++) voice.send(noise(320, i + 1));
    await until(() => call.audio.receivedBytes === 1600);
    expect(call.audio.droppedFrames).toBe(2);
    const heard: Uint8Array[] = [];
    for await (const frame of call.audio) {
      heard.push(frame);
      call.output.send(frame);
      if (heard.length === 3) break;
    }
    expect(heard.map((frame) => Buffer.from(frame))).toEqual([3, 4, 5].map((seed) => Buffer.from(noise(320, seed))));
    await until(() => voice.receivedBytes() === 960);
    expect(Buffer.concat(voice.received)).toEqual(Buffer.concat(heard));
  });

  it("sends frames of any length whole, and messages between them in their place", async () => {
    const { url, calls } = await serve();
    const voice = await dial({ url });
    const call = await first(calls);
    const lengths = [0, 1, 125, 126, 127, 320, 65_534, 65_535, 65_536, 70_000, 2];
    const positions: number[] = [];
    voice.session.on("input.transcript", (_, { mediaBytes }) => positions.push(mediaBytes));
    const frames = lengths.map((length, i) => noise(length, i + 1));
    for (const frame of frames) {
      call.session.transport?.sendFrame(Uint8Array.from(frame));
      call.callerSaid("so far");
    }
    await until(() => positions.length === lengths.length);
    expect(voice.received.map((frame) => frame.length)).toEqual(lengths);
    expect(Buffer.concat(voice.received).equals(Buffer.concat(frames))).toBe(true);
    let sum = 0;
    expect(positions).toEqual(lengths.map((length) => (sum += length)));
  });

  it("gives the keys in the order they were pressed", async () => {
    const { url, calls } = await serve();
    const voice = await dial({ url });
    const call = await first(calls);
    const heard: string[] = [];
    call.on("dtmf", ({ digit }) => heard.push(digit));
    const pressed = call.nextDigit();
    for (const digit of ["1", "2", "#"]) voice.press(digit);
    expect([await pressed, await call.nextDigit(), await call.nextDigit()]).toEqual(["1", "2", "#"]);
    expect(heard).toEqual(["1", "2", "#"]);
    expect(await call.nextDigit({ timeoutMs: 5 })).toBeUndefined();
    const given = new AbortController();
    const waiting = call.nextDigit({ signal: given.signal });
    given.abort();
    expect(await waiting).toBeUndefined();
    const last = call.nextDigit();
    await voice.session.hangUp();
    expect(await last).toBeUndefined();
  });

  it("asks the voice side for variables, recordings and another application", async () => {
    const { url, calls } = await serve();
    const voice = await dial({ url });
    const call = await first(calls);
    const asked: unknown[] = [];
    voice.session.handle("session.set", ({ data }) => void asked.push(data));
    voice.session.handle("session.get", ({ keys }) => ({ keys }));
    voice.session.handle("recording.start", ({ tags }) => ({ id: `rec-${tags?.join("+")}` }));
    voice.session.handle("recording.stop", ({ id }) => void asked.push(id));
    voice.session.handle("application.move", ({ application_id }) => ({ next_application_id: `${application_id}-2` }));
    await call.setVariables({ name: "Ada" });
    expect(await call.getVariables(["a"])).toEqual({ keys: ["a"] });
    await call.stopRecording(await call.startRecording(["x", "y"]));
    expect(asked).toEqual([{ name: "Ada" }, "rec-x+y"]);
    expect(await call.move({ applicationId: "talker" })).toBe("talker-2");
    expect(await call.ended).toMatchObject({ by: "local", method: "application.move" });
    expect(await voice.session.ended).toMatchObject({ by: "remote", method: "application.move" });
  });

  it("sends transcripts, tool calls and barge-in", async () => {
    const { url, calls } = await serve();
    const voice = await dial({ url });
    const call = await first(calls);
    const events: unknown[] = [];
    for (const name of [
      "input.transcript",
      "output.transcript.delta",
      "output.transcript.done",
      "agent.tool.call",
      "audio.speech.started",
    ] as const) {
      voice.session.on(name, (data) => events.push([name, data]));
    }
    call.callerSaid("hello");
    call.agentSays("good ");
    call.agentSaid();
    call.agentSaid("good day");
    call.toolCall("look up");
    call.speechStarted();
    await until(() => events.length === 6);
    expect(events).toEqual([
      ["input.transcript", { delta: "hello" }],
      ["output.transcript.delta", { delta: "good " }],
      ["output.transcript.done", {}],
      ["output.transcript.done", { text: "good day" }],
      ["agent.tool.call", { name: "look up" }],
      ["audio.speech.started", { origin: "receiver" }],
    ]);
  });

  it("keeps exact books of a clear: sent, taken back, played, heard and never sent", async () => {
    const { url, calls } = await serve();
    const voice = await dial({ url, codecs: ["PCMU/8000/1"] });
    const call = await first(calls);
    let removed = 3200;
    voice.session.handle("audio.buffer.clear", () => ({ len: removed }));
    const burst = call.speak(new Uint8Array(8000), { speed: Number.POSITIVE_INFINITY });
    expect(await burst).toEqual({ sentBytes: 8000, complete: true });
    await until(() => voice.receivedBytes() === 8000);
    expect(await call.clear()).toEqual({ len: 3200, sentBytes: 8000, playedBytes: 4800, heardMs: 600, unsentBytes: 0 });
    removed = 160;
    const paced = call.speak(new Uint8Array(80_000));
    await until(() => voice.receivedBytes() > 8000 + 480);
    const clear = await call.clear();
    const sentNow = clear.sentBytes - 8000;
    expect(clear).toEqual({
      len: 160,
      sentBytes: 8000 + sentNow,
      playedBytes: 8000 + sentNow - 3200 - 160,
      heardMs: (sentNow - 160) / 8,
      unsentBytes: 80_000 - sentNow,
    });
    expect(await paced).toEqual({ sentBytes: sentNow, complete: false });
    await call.output.flush();
    await until(() => voice.receivedBytes() === clear.sentBytes);
  });

  it("hangs up a call whose onCall fails, and says so in its log", async () => {
    const { url, server, log } = await serve({
      onCall: async () => {
        throw new Error("agent is broken");
      },
    });
    const voice = await dial({ url }, {});
    voice.session.handle("call.hangup", () => {});
    expect(await voice.session.ended).toMatchObject({ by: "remote" });
    expect(log.join()).toContain("agent is broken");
    await until(() => server.stats().sessions === 0);
    expect(server.stats().failedHandlers).toBe(1);
  });

  it("does not hold it against the agent that the end of the call cut it short", async () => {
    const answers: Promise<void>[] = [];
    const cutShort = async (call: VoiceSession): Promise<void> => {
      await call.ended;
      throw new Error("was waiting for the caller");
    };
    const { url, server, log } = await serve({
      onCall: (call) => {
        const answer = cutShort(call);
        answers.push(answer);
        return answer;
      },
    });
    const voice = await dial({ url });
    await until(() => answers.length === 1);
    await voice.session.hangUp();
    await expect(answers[0]).rejects.toThrow("was waiting");
    await until(() => server.stats().sessions === 0);
    await settle();
    expect(server.stats().failedHandlers).toBe(0);
    expect(log.join()).not.toContain("was waiting");
  });

  it("ends calls that are never introduced, and counts them", async () => {
    const { url, server } = await serve({ initializeTimeoutMs: 20 });
    const socket = new WebSocket(url, ["rtvbp.v1"]);
    await new Promise((resolve) => socket.once("close", resolve));
    await until(() => server.stats().sessions === 0);
    expect(server.stats()).toMatchObject({ accepted: 1, ended: { beforeActive: 1 } });
  });

  it("ends the call when the voice side vanishes: reader, keys and pacing stop", async () => {
    const { url, calls, server } = await serve();
    const voice = await dial({ url });
    const call = await first(calls);
    const spoken = call.speak(new Uint8Array(160_000));
    const digit = call.nextDigit();
    const frames = (async () => {
      let count = 0;
      for await (const _ of call.audio) count++;
      return count;
    })();
    voice.send(noise(320));
    await until(() => call.audio.receivedBytes === 320);
    await voice.session.transport?.close(4000, "gone");
    expect(await call.ended).toMatchObject({ by: "remote" });
    expect([await frames, await digit, (await spoken).complete, call.signal.aborted]).toEqual([
      1,
      undefined,
      false,
      true,
    ]);
    await expect(call.setVariables({})).rejects.toMatchObject({ code: "session-closed" });
    await until(() => server.stats().sessions === 0);
  });
});

describe("a voice server whose credentials take their time", () => {
  it("has so many callers wait for their check, turns away more, and lets go of them all when it closes", async () => {
    const http = createServer();
    let checked = (): void => {};
    const gate = new Promise<boolean>((resolve) => {
      checked = () => resolve(true);
    });
    let asked = 0;
    const { server } = await serve({
      server: http,
      authorize: () => {
        asked++;
        return gate;
      },
    });
    const knock = (): { readonly socket: Duplex; answer: string } => {
      const socket = new Duplex({
        read: () => {},
        write: (bytes, _, done) => {
          caller.answer += String(bytes);
          done();
        },
      });
      const caller = { socket, answer: "" };
      const headers = { host: "x", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13" };
      http.emit("upgrade", { url: "/", headers, rawHeaders: [], socket: { remoteAddress: "10.0.0.1" } }, socket, "");
      return caller;
    };
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    const waiting = Array.from({ length: 1000 }, knock);
    await settle();
    expect([server.stats().pendingUpgrades, asked]).toEqual([1000, 1000]);
    const oneMore = knock();
    await settle();
    expect([asked, server.stats()]).toMatchObject([1000, { pendingUpgrades: 1000, refused: { full: 1 } }]);
    expect(oneMore.answer).toMatch(/^HTTP\/1.1 503 /);
    await server.close();
    expect(waiting.filter(({ socket }) => !socket.destroyed)).toEqual([]);
    expect(timers()).toBeLessThanOrEqual(before); // nothing of theirs keeps the process
    checked();
    await settle();
    const { accepted, pendingUpgrades } = server.stats();
    expect([accepted, pendingUpgrades, waiting.filter(({ answer }) => answer !== "")]).toEqual([0, 0, []]);
  });
});

describe("closing a voice server", () => {
  it("hangs up the calls, refuses new ones and leaves no socket", async () => {
    const rig = await serve();
    const voice = await dial({ url: rig.url });
    await first(rig.calls);
    let reason = "";
    voice.session.handle("call.hangup", (params) => {
      reason = params.reason;
    });
    await rig.server.close();
    expect(reason).toBe("server shutdown");
    expect((await voice.session.ended).by).toBe("remote");
    expect(rig.server.stats().sessions).toBe(0);
    await expect(dial({ url: rig.url })).rejects.toMatchObject({ code: "transport-unreachable" });
    await rig.server.close();
  });

  it("cuts off a call that does not part, within the deadline", async () => {
    const rig = await serve({ pingIntervalMs: 0, limits: { closeTimeoutMs: 20 } });
    const voice = await dial({ url: rig.url });
    voice.session.handle("call.hangup", () => new Promise(() => {}));
    await first(rig.calls);
    await rig.server.close({ deadlineMs: 20 });
    expect(rig.server.stats()).toMatchObject({ sessions: 0, ended: { local: 1 } });
    await voice.session.ended;
  });

  it("shares a server with others: leaves their upgrades alone, and gives the server back", async () => {
    const http: Server = createServer();
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    afterwards(() => new Promise((resolve) => http.close(resolve)));
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const { server } = await serve({ server: http, path: "/rtvbp/" });
    expect((await upgrade(`${url}/other`)).status).toBe(404);
    http.on("upgrade", (request, socket) => {
      if (request.url === "/other") socket.end("HTTP/1.1 418 I'm a teapot\r\nConnection: close\r\n\r\n");
    });
    expect((await upgrade(`${url}/other`)).status).toBe(418);
    const voice = await dial({ url: `${url}/rtvbp/echo` });
    await until(() => server.stats().sessions === 1);
    await server.close();
    await voice.session.ended;
    expect(http.listening).toBe(true);
    expect(http.listenerCount("upgrade")).toBe(1);
    expect(await new Promise((resolve) => http.getConnections((_, count) => resolve(count)))).toBe(0);
  });

  it("says when its port is taken", async () => {
    const { url } = await serve();
    const second = createVoiceServer({ port: Number(new URL(url).port), host: "127.0.0.1", onCall: () => {} });
    await expect(second.ready).rejects.toMatchObject({ code: "EADDRINUSE" });
    await second.close();
  });

  it("answers health checks and tells HTTP clients what it is", async () => {
    const { url } = await serve({ path: "/voice" });
    const http = url.replace("ws", "http");
    expect(await (await fetch(`${http}healthz`)).json()).toEqual({ status: "ok", sessions: 0 });
    expect((await fetch(`${http}voice`)).status).toBe(426);
    expect((await fetch(`${http}elsewhere`)).status).toBe(404);
  });
});
