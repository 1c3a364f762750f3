import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createVoiceServer, jwtAuthorize } from "../../../../lib/node/index.ts";
import { hubSubprotocol } from "../../../../lib/protocol/index.ts";
import { ManualClock } from "../manual-clock.ts";
import { afterwards, upgrade } from "../server-rig.ts";
import { until } from "../voice-side.ts";
import { nobody } from "./board.ts";
import { SocketPhone, serveHub } from "./hub-rig.ts";

const offered = { protocols: [hubSubprotocol] };

describe("a hub on a port of its own", () => {
  it("connects two clients, and nothing is left of them when they are gone", async () => {
    const { hub, url } = await serveHub({ graceMs: 20 });
    const [alice, bob] = [new SocketPhone(url, { id: "alice" }), new SocketPhone(url, { id: "bob" })];
    expect((await alice.next("welcome")).data).toMatchObject({ id: "alice", ringTimeoutMs: 30_000, resumed: false });
    await bob.next("welcome");
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
    expect(await bob.next("call-request")).toMatchObject({ from: "alice", callId: "c1" });
    bob.say({ type: "call-accept", to: "alice", callId: "c1" });
    await alice.next("call-accept");
    alice.say({ type: "offer", to: "bob", callId: "c1", data: { sdp: "v=0" } });
    expect((await bob.next("offer")).data.sdp).toBe("v=0");
    alice.socket.terminate();
    expect((await bob.next("hangup")).data.reason).toBe("gone");
    bob.socket.close();
    await until(() => hub.stats().now.clients === 0, "everybody to be gone");
    expect(hub.stats()).toMatchObject({ now: nobody, connections: 0, accepted: 2, calls: 1, ended: { gone: 1 } });
  });

  it("is reached by this machine's name where it listens on every address", async () => {
    for (const host of ["0.0.0.0", "::"]) {
      const { hub } = await serveHub({ host });
      expect(hub.url).toMatch(/^ws:\/\/localhost:\d+\/hub$/);
      await new SocketPhone(hub.url, { id: "alice" }).next("welcome");
    }
  });

  it("keeps a call over a broken connection", async () => {
    const { hub, url } = await serveHub();
    const [alice, bob] = [new SocketPhone(url, { id: "alice" }), new SocketPhone(url, { id: "bob" })];
    const { data } = await bob.next("welcome");
    await alice.next("welcome");
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
    const { seq = -1 } = await bob.next("call-request");
    bob.socket.terminate();
    await until(() => hub.stats().now.away === 1, "the hub to notice");
    alice.say({ type: "hangup", to: "bob", callId: "c1", data: { reason: "never mind" } });
    await until(() => hub.stats().ended.hangup === 1, "the end of the call");
    const again = new SocketPhone(url, { id: "bob", resume: data.resumeToken, seen: seq });
    expect((await again.next("welcome")).data.resumed).toBe(true);
    expect((await again.next("hangup")).data.reason).toBe("never mind");
    expect(hub.stats()).toMatchObject({ resumed: 1, now: { clients: 2, away: 0 } });
  });

  it("forgets what is known to have arrived", async () => {
    const { hub, url } = await serveHub({ pingIntervalMs: 20 });
    const [alice, bob] = [new SocketPhone(url, { id: "alice" }), new SocketPhone(url, { id: "bob" })];
    await alice.next("welcome");
    await bob.next("welcome");
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
    await bob.next("call-request");
    await until(() => hub.stats().now.heldCharacters === 0, "the pong");
  });

  it("gives up a client that does not answer", async () => {
    const { hub, url } = await serveHub({ pingIntervalMs: 30, graceMs: 30 });
    const alice = new SocketPhone(url, { id: "alice" });
    await alice.next("welcome");
    alice.socket.pause();
    await until(() => hub.stats().now.clients === 0, "the hub to give up");
  });

  it("takes text only, and what it cannot read is refused without an end", async () => {
    const { hub, url } = await serveHub();
    const alice = new SocketPhone(url, { id: "alice" });
    await alice.next("welcome");
    alice.say('{"type":"hangup"');
    expect((await alice.next("error")).data.code).toBe("bad-request");
    alice.say({ type: "unheard-of" });
    expect((await alice.next("error")).data.message).toContain("type");
    alice.say("x".repeat(70_000));
    expect((await alice.next("error")).data.message).toContain("characters");
    expect(hub.stats().messages.malformed).toBe(3);
    alice.socket.send(Buffer.from("{}"));
    await until(() => alice.closed !== undefined, "the close");
    expect(alice.closed?.code).toBe(1003);
  });

  it("closes a connection whose message is far too long, and only that", async () => {
    const { hub, url } = await serveHub({ graceMs: 10 });
    const [alice, bob] = [new SocketPhone(url, { id: "alice" }), new SocketPhone(url, { id: "bob" })];
    await alice.next("welcome");
    await bob.next("welcome");
    alice.say("x".repeat(300_000));
    await until(() => alice.closed !== undefined, "the close");
    await until(() => hub.stats().now.clients === 1, "alice to be gone");
    expect(bob.closed).toBeUndefined();
  });

  it("tells who asks how it is", async () => {
    const { hub, url } = await serveHub({ status: true });
    const base = url.replace("ws:", "http:").replace("/hub", "");
    const health = await fetch(`${base}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: "ok", clients: 0 }]);
    expect(await (await fetch(`${base}/stats`)).json()).toMatchObject({ now: nobody, state: "open" });
    expect((await fetch(`${base}/hub`)).status).toBe(426);
    expect((await fetch(`${base}/else`)).status).toBe(404);
    expect((await upgrade(`${base.replace("http", "ws")}/else?id=a`, offered)).status).toBe(404);
    expect(hub.stats().refused.path).toBe(1);
  });
});

describe("a client that speaks the plain older form over a WebSocket", () => {
  it("calls a client of today and is called by it", async () => {
    const { hub, url } = await serveHub();
    const old = new WebSocket(`${url}?id=clientA`);
    afterwards(() => old.terminate());
    const got: Record<string, unknown>[] = [];
    old.on("message", (data: Buffer) => void got.push(JSON.parse(data.toString()) as Record<string, unknown>));
    await new Promise((resolve) => old.once("open", resolve));
    const heard = async (type: string) => {
      await until(() => got.some((message) => message["type"] === type), type);
      return got.splice(0).at(-1)!;
    };
    const say = (message: object): void => old.send(JSON.stringify(message));
    const page = new SocketPhone(url, { id: "bob" });
    await page.next("welcome");

    say({ type: "call-request", to: "bob" });
    const { callId } = await page.next("call-request");
    page.say({ type: "call-accept", to: "clientA", callId });
    expect(await heard("call-accept")).toMatchObject({ from: "bob" });
    say({ type: "offer", to: "bob", data: { type: "offer", sdp: "v=0" } });
    expect(await page.next("offer")).toMatchObject({ from: "clientA", callId, data: { sdp: "v=0" } });
    page.say({ type: "answer", to: "clientA", callId, data: { sdp: "v=1" } });
    expect(await heard("answer")).toMatchObject({ data: { type: "answer", sdp: "v=1" } });
    say({ type: "hangup", to: "bob" });
    await page.next("hangup");

    page.say({ type: "call-request", to: "clientA", callId: "c2", data: {} });
    expect(await heard("call-request")).toMatchObject({ from: "bob" });
    say({ type: "call-accept", to: "bob" });
    await page.next("call-accept");
    page.say({ type: "hangup", to: "clientA", callId: "c2", data: { reason: "bye" } });
    expect(await heard("hangup")).toMatchObject({ from: "bob", data: { reason: "bye" } });
    expect(hub.stats()).toMatchObject({ calls: 2, ended: { hangup: 2 }, now: { established: 0 } });
  });
});

describe("who may come into a hub", () => {
  const statusOf = async (url: string, options: Parameters<typeof upgrade>[1] = offered) =>
    (await upgrade(url, options)).status;

  it("is said by origin, before credentials are looked at", async () => {
    let asked = 0;
    const { url } = await serveHub({
      allowedOrigins: ["https://app.example.org"],
      authorize: () => {
        asked++;
        return true;
      },
    });
    const from = (origin: string) => ({ ...offered, headers: { Origin: origin } });
    expect(await statusOf(`${url}?id=a`, from("https://evil.example.org"))).toBe(403);
    expect(asked).toBe(0);
    expect(await statusOf(`${url}?id=a`, from("https://app.example.org"))).toBe(101);
  });

  it("is said by the credentials, whichever way they come, and under which id too", async () => {
    const owners: Readonly<Record<string, unknown>> = { "a-token": "alice", master: true, "b-token": { sub: "bob" } };
    const { hub, url, log } = await serveHub({ authorize: ({ token = "" }) => owners[token] });
    const bearer = (token: string) => ({ ...offered, headers: { Authorization: `Bearer ${token}` } });
    expect(await statusOf(`${url}?id=alice`)).toBe(401);
    expect(await statusOf(`${url}?id=alice`, bearer("wrong"))).toBe(401);
    expect(await statusOf(`${url}?id=bob`, bearer("a-token"))).toBe(403);
    expect(await statusOf(`${url}?id=alice`, bearer("a-token"))).toBe(101);
    expect(await statusOf(`${url}?id=bob`, bearer("b-token"))).toBe(101);
    expect(await statusOf(`${url}?id=anybody`, bearer("master"))).toBe(101);
    const alice = new SocketPhone(url, { id: "alice" }, { token: "a-token" });
    expect((await alice.next("welcome")).data.id).toBe("alice");
    expect(alice.socket.protocol).toBe(hubSubprotocol);
    expect(hub.stats().refused.credentials).toBe(3);
    expect(log.join("\n")).not.toMatch(/a-token|b-token|wrong|master/);
  });

  it("is said by signed tokens: their subject is the id", async () => {
    const { SignJWT, exportJWK, generateKeyPair } = await import("jose");
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    const authorize = await jwtAuthorize({ jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: "ES256" }] } });
    const { url } = await serveHub({ authorize });
    const token = await new SignJWT({ sub: "carol", name: "Carol" })
      .setProtectedHeader({ alg: "ES256" })
      .setExpirationTime("1m")
      .sign(privateKey);
    const headers = { Authorization: `Bearer ${token}` };
    expect(await statusOf(`${url}?id=mallory`, { ...offered, headers })).toBe(403);
    const dave = new SocketPhone(url, { id: "carol", displayName: "The Boss" }, { token });
    await dave.next("welcome");
    expect(await statusOf(url, { ...offered, headers: { Authorization: "Bearer x.y.z" } })).toBe(401);
  });

  it("cannot call itself otherwise than its credentials do", async () => {
    const { url } = await serveHub({
      authorize: ({ query }) => ({ id: query.get("id") ?? "", displayName: `Real ${query.get("id")}` }),
    });
    const alice = new SocketPhone(url, { id: "alice", displayName: "The Boss" });
    await alice.next("welcome");
    const bob = new SocketPhone(url, { id: "bob" });
    expect((await bob.next("presence-list")).data.clients).toEqual([
      { id: "alice", status: "available", displayName: "Real alice" },
    ]);
    alice.say({ type: "presence", data: { status: "away", displayName: "The Boss" } });
    expect((await bob.next("presence")).data.displayName).toBe("Real alice");
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: { displayName: "The Boss" } });
    expect((await bob.next("call-request")).data.displayName).toBe("Real alice");
  });

  it("has a name that can be shown, whatever it was given", async () => {
    const { url, log } = await serveHub();
    const names = [`${"x".repeat(127)}😀😀`, "a\u0000b\nc", "😀".repeat(400), ""];
    for (const [index, displayName] of names.entries())
      await new SocketPhone(url, { id: `client ${index}`, displayName }).next("welcome");
    const { clients } = (await new SocketPhone(url, { id: "late" }).next("presence-list")).data;
    expect(clients.map(({ displayName }) => displayName)).toEqual([
      `${"x".repeat(127)}😀`,
      "abc",
      "😀".repeat(128),
      "",
    ]);
    expect(log.join("\n")).not.toContain("failed");
  });

  it("must say who it is, in words that can be shown", async () => {
    const { url } = await serveHub();
    expect(await statusOf(url)).toBe(400);
    expect(await statusOf(`${url}?id=`)).toBe(400);
    expect(await statusOf(`${url}?id=${"x".repeat(129)}`)).toBe(400);
    expect(await statusOf(`${url}?id=a%0ab`)).toBe(400);
    expect(await statusOf(`${url}?id=J%C3%BCrgen%20M.`)).toBe(101);
  });

  it("is limited in number, but for who resumes", async () => {
    const { hub, url } = await serveHub({ maxClients: 1 });
    const alice = new SocketPhone(url, { id: "alice" });
    const { resumeToken } = (await alice.next("welcome")).data;
    const refused = await upgrade(`${url}?id=bob`, offered);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "5"]);
    alice.socket.terminate();
    await until(() => hub.stats().now.away === 1, "the hub to notice");
    expect(await statusOf(`${url}?id=bob`)).toBe(503);
    const again = new SocketPhone(url, { id: "alice", resume: resumeToken, seen: 0 });
    expect((await again.next("welcome")).data.resumed).toBe(true);
    expect(hub.stats().refused.full).toBe(2);
  });

  it("is limited by address: in number, and in how often it asks", async () => {
    const { url } = await serveHub({ maxClientsPerAddress: 1, upgradeRate: { perSecond: 0.001, burst: 3 } });
    await new SocketPhone(url, { id: "alice" }).next("welcome");
    expect(await statusOf(`${url}?id=bob`)).toBe(503);
    expect(await statusOf(`${url}?id=bob`)).toBe(503);
    expect(await statusOf(`${url}?id=bob`)).toBe(429);
  });

  it("is refused with 500 where the credentials could not be checked", async () => {
    const { url, log } = await serveHub({ authorize: () => Promise.reject(new Error("no database")) });
    expect(await statusOf(`${url}?id=a`)).toBe(500);
    expect(log.join("\n")).toContain("authorize failed");
  });
});

describe("a hub on a server that is shared", () => {
  it("works beside a voice server, and leaves the server open when it closes", async () => {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    afterwards(() => http.close());
    const base = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const voice = createVoiceServer({ server: http, path: "/voice", onCall: () => {} });
    afterwards(() => voice.close());
    const { hub } = await serveHub({ server: http, path: "/people" });
    await new SocketPhone(`${base}/people`, { id: "alice" }).next("welcome");
    expect((await upgrade(`${base}/voice`)).status).toBe(101);
    await hub.close();
    expect(http.listening).toBe(true);
    expect((await upgrade(`${base}/voice`)).status).toBe(101);
  });

  it("or on one of its own: not both", async () => {
    await expect(serveHub({ server: createServer(), port: 0 })).rejects.toThrow(TypeError);
  });
});

describe("the end of a hub", () => {
  it("sends everybody away to come again, without a word about their calls", async () => {
    const { hub, url } = await serveHub();
    const [alice, bob] = [new SocketPhone(url, { id: "alice" }), new SocketPhone(url, { id: "bob" })];
    await alice.next("welcome");
    await bob.next("welcome");
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
    await bob.next("call-request");
    bob.say({ type: "call-accept", to: "alice", callId: "c1" });
    await alice.next("call-accept");
    await hub.close();
    await until(() => alice.closed !== undefined && bob.closed !== undefined, "the closes");
    expect([alice.closed, bob.closed]).toEqual(Array(2).fill({ code: 1012, reason: "service restart" }));
    expect([...alice.messages, ...bob.messages].map(({ type }) => type)).not.toContain("hangup");
    expect(hub.stats()).toMatchObject({ state: "closed", connections: 0, now: nobody });
  });

  it("waits, where it is gentle, until no call rings; meanwhile nobody comes in", async () => {
    const clock = new ManualClock();
    const { hub, url } = await serveHub({ clock });
    const [alice, bob] = [new SocketPhone(url, { id: "alice" }), new SocketPhone(url, { id: "bob" })];
    await alice.next("welcome");
    await bob.next("welcome");
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
    await bob.next("call-request");
    const drained = hub.drain({ graceMs: 5000, deadlineMs: 6000 });
    expect((await upgrade(`${url}?id=carol`, offered)).status).toBe(503);
    await clock.advance(1000);
    expect(alice.closed).toBeUndefined();
    bob.say({ type: "call-accept", to: "alice", callId: "c1" });
    await alice.next("call-accept");
    await clock.advance(3000);
    await drained;
    await until(() => alice.closed !== undefined && bob.closed !== undefined, "the closes");
    expect(alice.closed?.code).toBe(1012);
    expect(hub.stats().now).toEqual(nobody);
  });

  it("lets a call go on at the next hub", async () => {
    const first = await serveHub();
    const { port } = new URL(first.url);
    const [alice, bob] = [new SocketPhone(first.url, { id: "alice" }), new SocketPhone(first.url, { id: "bob" })];
    const tokens = [await alice.next("welcome"), await bob.next("welcome")].map(({ data }) => data.resumeToken);
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
    await bob.next("call-request");
    bob.say({ type: "call-accept", to: "alice", callId: "c1" });
    await alice.next("call-accept");
    await first.hub.close();
    const { hub, url } = await serveHub({ port: Number(port) });
    const [a, b] = [
      new SocketPhone(url, { id: "alice", resume: tokens[0], seen: 1 }),
      new SocketPhone(url, { id: "bob", resume: tokens[1], seen: 1 }),
    ];
    expect([(await a.next("welcome")).data.resumed, (await b.next("welcome")).data.resumed]).toEqual([false, false]);
    b.say({ type: "hold", to: "alice", callId: "c1", data: { held: true } });
    expect(await a.next("hold")).toMatchObject({ from: "bob", callId: "c1" });
    expect(hub.stats().now.established).toBe(1);
    a.say({ type: "hangup", to: "bob", callId: "c1" });
    await b.next("hangup");
    expect(hub.stats().now.established).toBe(0);
  });
});
