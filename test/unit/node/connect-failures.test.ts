import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { connectNodeWebSocket, type NodeWebSocketOptions } from "../../../lib/node/connect-node-websocket.ts";
import { acceptNodeWebSocket } from "../../../lib/node/node-transport.ts";
import { limitsFrom } from "../../../lib/transport/limits.ts";
import { openSocket } from "../../../lib/transport/open-socket.ts";
import { TransportError } from "../../../lib/transport/transport.ts";
import type { WebSocketConstructor } from "../../../lib/transport/web-wire.ts";
import { openSocketRig, type SocketRig } from "./rig.ts";
import { until } from "./voice-side.ts";

const never = new AbortController().signal;
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function rig(options?: Parameters<typeof openSocketRig>[0]): Promise<SocketRig> {
  const opened = await openSocketRig(options);
  cleanups.push(() => opened.close());
  return opened;
}

/** A server that answers every upgrade by HTTP. */
async function refusing(status: number): Promise<{ url: string; server: Server }> {
  const server = createServer((_, response: ServerResponse) => void response.writeHead(status).end());
  server.on("upgrade", (_, socket) => socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n\r\n`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/?token=secret`, server };
}

/** A server that accepts TCP and says nothing. */
async function silent(): Promise<{ url: string; open: () => number }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, open: () => sockets.size };
}

async function failure(promise: Promise<unknown>): Promise<TransportError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TransportError)) throw new Error(`expected a TransportError, got ${String(error)}`);
  return error;
}

function connect(options: NodeWebSocketOptions, signal = never) {
  return connectNodeWebSocket(options)(signal);
}

function openLikeABrowser(url: string, signal = never, connectTimeoutMs = 5000) {
  return openSocket(
    {
      url,
      profiles: ["rtvbp.v1"],
      protocols: ["rtvbp.v1"],
      connectTimeoutMs,
      limits: limitsFrom({}),
      thread: "main",
      WebSocket: WebSocket as unknown as WebSocketConstructor,
    },
    signal,
  );
}

describe("a Node client that cannot connect", () => {
  it.each([
    [401, true],
    [403, true],
    [400, true],
    [404, true],
    [429, false],
    [503, false],
  ])("is refused with HTTP %i, and knows whether trying again may help", async (status, fatal) => {
    const { url, server } = await refusing(status);
    const error = await failure(connect({ url }));
    expect(error).toMatchObject({ code: "transport-refused", fatal });
    expect(error.message).toContain(String(status));
    expect(error.message).not.toContain("secret");
    await until(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count === 0))));
  });

  it("says that nothing listens there", async () => {
    const { url, server } = await refusing(401);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(await failure(connect({ url }))).toMatchObject({ code: "transport-unreachable", fatal: false });
    expect(await failure(openLikeABrowser(url))).toMatchObject({ code: "transport-unreachable", fatal: false });
  });

  it("gives up after its deadline and leaves no connection", async () => {
    const { url, open } = await silent();
    expect(await failure(connect({ url, connectTimeoutMs: 50 }))).toMatchObject({ code: "transport-timeout" });
    expect(await failure(openLikeABrowser(url, never, 50))).toMatchObject({ code: "transport-timeout" });
    await until(() => open() === 0);
  });

  it("stops when its signal aborts, before and while connecting, and leaves no connection", async () => {
    const { url, open } = await silent();
    expect(await failure(connect({ url }, AbortSignal.abort()))).toMatchObject({ code: "transport-aborted" });
    for (const attempt of [
      (signal: AbortSignal) => connect({ url }, signal),
      (signal: AbortSignal) => openLikeABrowser(url, signal),
    ]) {
      const controller = new AbortController();
      const attempted = failure(attempt(controller.signal));
      await until(() => open() === 1);
      controller.abort(new Error("changed my mind"));
      const error = await attempted;
      expect(error.code).toBe("transport-aborted");
      expect((error.cause as Error).message).toBe("changed my mind");
      await until(() => open() === 0);
    }
  });

  it("refuses a server that takes none of the offered profiles", async () => {
    const { url } = await rig({ protocols: () => false });
    expect(await failure(connect({ url }))).toMatchObject({ code: "transport-profile", fatal: true });
  });

  it("refuses a profile whose sound it does not carry, and names what does", async () => {
    const { url, connections } = await rig({ protocols: () => "rtvbp.webrtc.v1" });
    const error = await failure(connect({ url, profiles: ["rtvbp.v1", "rtvbp.webrtc.v1"] }));
    expect(error).toMatchObject({ code: "transport-profile", fatal: true });
    expect(error.message).toContain("connectNodeWebRtc");
    await expect.poll(connections).toBe(0);
  });

  it("takes a server that speaks without being asked for a profile", async () => {
    const { url } = await rig();
    const transport = await connect({ url, profiles: [] });
    expect(transport.profile).toBe("rtvbp.v1");
    await transport.close();
  });

  it("refuses addresses that are none", async () => {
    expect(await failure(connect({ url: "mailto:a@b" }))).toMatchObject({ code: "transport-url", fatal: true });
    expect(await failure(openLikeABrowser("nonsense://x"))).toMatchObject({ code: "transport-url", fatal: true });
  });
});

describe("a socket whose peer stops answering", () => {
  it("is given up as lost after two unanswered pings, from either end", async () => {
    const { url } = await silentAfterUpgrade();
    const transport = await connect({ url, pingIntervalMs: 20 });
    const closes: unknown[] = [];
    transport.listen({ text: () => {}, close: (close) => void closes.push(close) });
    await until(() => closes.length === 1);
    expect(closes).toEqual([{ by: "lost", code: 1006, reason: "no sign of life for 40 ms" }]);
  });

  it("stays as long as pings are answered", async () => {
    const server = await rig();
    const accepted = server.next((socket, request) => acceptNodeWebSocket(socket, request, { pingIntervalMs: 25 }));
    const near = await connect({ url: server.url, pingIntervalMs: 0 });
    const far = await accepted;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([near.closed, far.closed]).toEqual([false, false]);
    await far.close();
    await until(async () => (await server.connections()) === 0);
  });

  it("closes within its deadline though the closing handshake is never answered", async () => {
    const { url } = await silentAfterUpgrade();
    const transport = await connect({ url, pingIntervalMs: 0, closeTimeoutMs: 50 });
    expect(await transport.close(1000, "bye")).toEqual({ by: "local", code: 1000, reason: "bye" });
  });

  /** Completes the upgrade, then neither reads nor writes. */
  async function silentAfterUpgrade(): Promise<{ url: string }> {
    const server = await rig();
    void server.next((socket) => socket.pause());
    return { url: server.url };
  }
});

describe("a socket whose peer does not read", () => {
  it("refuses media above the high-water mark, counts it, and still sends control messages", async () => {
    const server = await rig();
    const accepted = server.next((socket) => {
      socket.pause();
      return socket;
    });
    const near = await connect({ url: server.url, highWaterBytes: 100_000 });
    const far = await accepted;
    let refused = 0;
    let sent = 0;
    for (let i = 0; i < 20_000 && refused < 10; i++) {
      if (near.sendFrame(new Uint8Array(2000))) sent++;
      else refused++;
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(refused).toBe(10);
    near.sendText("still here");
    expect(await near.stats()).toMatchObject({ droppedUplinkFrames: 10, sentFrames: sent, sentTexts: 1 });
    const texts: string[] = [];
    let frames = 0;
    far.on("message", (data, isBinary) => (isBinary ? frames++ : texts.push(data.toString())));
    far.resume();
    await until(() => texts.length === 1);
    expect([frames, texts]).toEqual([sent, ["still here"]]);
    await near.close();
  });
});
