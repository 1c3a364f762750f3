import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, test } from "@playwright/test";
import {
  createVoiceServer,
  type VoiceServer,
  type VoiceServerOptions,
  type VoiceSession,
} from "../../../lib/node/index.ts";
import { log, startCall, stats } from "../support/call.ts";
import { nothingOpen, openTestPage, stillOpen } from "../support/page.ts";
import { expectRefusal } from "../support/refusal.ts";

async function withServer(
  options: Partial<VoiceServerOptions>,
  use: (server: VoiceServer, calls: VoiceSession[]) => Promise<void>,
) {
  const calls: VoiceSession[] = [];
  const server = createVoiceServer({
    port: 0,
    host: "127.0.0.1",
    allowedOrigins: "*",
    onCall: (call) => {
      calls.push(call);
    },
    ...options,
  });
  await server.ready;
  try {
    await use(server, calls);
  } finally {
    await server.close();
  }
}

/** `onCall` may come a moment after the page has the answer to its `session.initialize`. */
async function firstOf(calls: readonly VoiceSession[]): Promise<VoiceSession> {
  await expect.poll(() => calls.length).toBe(1);
  return calls[0]!;
}

test("a page of another origin is refused with 403 before the upgrade", async ({ page, request }) => {
  await withServer({ allowedOrigins: ["https://elsewhere.example"] }, async (server) => {
    await expectRefusal(page, { src: server.url, reconnect: false }, "transport-refused");
    expect(server.stats().refused.origin).toBeGreaterThan(0);
    expect(server.stats().sessions).toBe(0);
    const answer = await request.get(server.url.replace("ws", "http"), {
      headers: {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "sec-websocket-version": "13",
        origin: "https://third.example",
      },
    });
    expect(answer.status()).toBe(403);
  });
});

test("a wrong credential is refused with 401, the right one is accepted", async ({ page, request }) => {
  const authorize: VoiceServerOptions["authorize"] = ({ token }) => token === "s3cret ✓";
  await withServer({ authorize }, async (server, calls) => {
    await expectRefusal(page, { src: server.url, token: "guess", reconnect: false }, "transport-refused");
    expect(server.stats().refused.credentials).toBeGreaterThan(0);
    const answer = await request.get(server.url.replace("ws", "http"), {
      headers: {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "sec-websocket-version": "13",
      },
    });
    expect(answer.status()).toBe(401);
    await startCall(page, { src: server.url, token: "s3cret ✓" });
    await expect.poll(() => calls.length).toBe(1);
    await page.evaluate(() => window.call.hangUp());
  });
});

test("a server that speaks none of our profiles is refused", async ({ page }) => {
  await withServer({ profiles: ["rtvbp.webrtc.v1"] }, async (server) => {
    await expectRefusal(page, { src: server.url }, "transport-refused");
    expect(server.stats().refused.profile).toBeGreaterThan(0);
  });
});

test("a server from before subprotocols is refused with what to do about it, and called with none offered", async ({
  page,
}) => {
  const http = createServer((_, response) => void response.writeHead(426).end());
  http.on("upgrade", ({ headers }) => void delete headers["sec-websocket-protocol"]); // as if it had never heard of it
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server = createVoiceServer({ server: http, allowedOrigins: "*", onCall: () => undefined });
  const src = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  await expectRefusal(page, { src, reconnect: false }, "transport-refused");
  const action = await page.evaluate(async () => window.call.ended?.error?.action);
  expect(action).toContain("knows no subprotocols, set profiles to none");
  await startCall(page, { src, profiles: [] });
  expect((await stats(page)).profile).toBe("rtvbp.v1");
  await page.evaluate(() => window.call.hangUp());
  await server.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

test("nobody listens there", async ({ page }) => {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  await expectRefusal(page, { src: `ws://127.0.0.1:${port}` }, "transport-unreachable");
});

test("the server dies in the middle of a call that does not reconnect: one end, by the network, on the page", async ({
  page,
}) => {
  const sockets = new Set<Socket>();
  const http = createServer().listen(0, "127.0.0.1");
  http.on("connection", (socket) => sockets.add(socket));
  await new Promise((resolve) => http.once("listening", resolve));
  const server = createVoiceServer({ server: http, allowedOrigins: "*", onCall: () => undefined });
  await openTestPage(page);
  await startCall(page, { src: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`, reconnect: false });
  for (const socket of sockets) socket.destroy();
  await expect
    .poll(async () => (await log(page)).filter(({ type }) => type === "ended").map(({ detail }) => detail.by))
    .toEqual(["network"]);
  await expect.poll(() => stillOpen(page)).toEqual(nothingOpen);
  await expect.poll(() => server.stats().sessions).toBe(0);
  await server.close();
  http.close();
});

test("malformed control messages are counted and survived, too many in a row end the call with a reason on both sides", async ({
  page,
}) => {
  await withServer({}, async (server, calls) => {
    await openTestPage(page);
    await startCall(page, { src: server.url });
    const call = await firstOf(calls);
    const raw = call.session.transport!;
    raw.sendText("{ nonsense");
    await call.session.ping();
    expect(await page.evaluate(() => window.call.state)).toBe("active");
    for (let i = 0; i < 10; i++) raw.sendText("not json");
    await expect
      .poll(async () => (await log(page)).find(({ type }) => type === "ended")?.detail.reason)
      .toBe("session-malformed");
    const end = await call.session.ended;
    expect(end.by).toBe("remote");
    await expect.poll(() => stillOpen(page)).toEqual(nothingOpen);
  });
});

test("an oversized control message from the page ends the call on the server with a reason", async ({ page }) => {
  await withServer({ limits: { maxTextBytes: 4096 } }, async (server, calls) => {
    await openTestPage(page);
    await startCall(page, { src: server.url });
    const call = await firstOf(calls);
    await page.evaluate(() => window.call.setVariables({ huge: "x".repeat(8192) }));
    await call.session.request("session.get", { keys: ["huge"] }).catch(() => undefined);
    await expect.poll(async () => (await log(page)).filter(({ type }) => type === "ended").length).toBe(1);
    expect((await call.session.ended).reason).not.toBe("");
    await expect.poll(() => stillOpen(page)).toEqual(nothingOpen);
  });
});

test("sound before initialize is dropped and counted, and the call works", async ({ page }) => {
  await openTestPage(page);
  const early = await page.evaluate(async () => {
    const transport = await window.voicebridge.connectWebSocket({ url: "/rtvbp/echo" })(new AbortController().signal);
    for (let i = 0; i < 5; i++) transport.sendFrame(new Uint8Array(320));
    const session = new window.voicebridge.Session({ role: "voice", transport });
    const frames: number[] = [];
    const codec = { id: "L16/8000/1", name: "L16", sample_rate: 8000, bit_depth: 16, channels: 1 };
    await session.initialize({
      application: { id: "echo" },
      call: { id: "1", session_id: "1", from: "a", to: "b" },
      codecs: [codec],
    });
    await session.ping();
    const { receivedFrames } = await transport.stats();
    frames.push(receivedFrames);
    await session.hangUp();
    return frames;
  });
  expect(early).toEqual([0]);
  await startCall(page, { src: "/rtvbp/echo" });
  await expect.poll(async () => (await stats(page)).transport?.receivedFrames).toBeGreaterThan(10);
  await page.evaluate(() => window.call.hangUp());
});
