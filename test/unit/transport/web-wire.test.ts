import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { openWebSocket, type WebSocketConstructor, type WebSocketLike } from "../../../lib/transport/web-wire.ts";
import { until } from "../node/voice-side.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const open = (port: number, signal: AbortSignal, connectTimeoutMs = 10_000): Promise<WebSocketLike> =>
  openWebSocket(
    {
      url: `ws://127.0.0.1:${port}/`,
      protocols: [],
      connectTimeoutMs,
      WebSocket: WebSocket as unknown as WebSocketConstructor,
    },
    signal,
    (socket) => socket,
  );

/** Takes connections, and never answers. */
async function silentServer() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket
      .resume()
      .on("error", () => {})
      .on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { sockets, port: (server.address() as { port: number }).port };
}

describe("a socket that is being opened", () => {
  it("is closed when it is given up: the server is left alone", async () => {
    const { sockets, port } = await silentServer();
    const control = new AbortController();
    const opening = open(port, control.signal);
    opening.catch(() => {});
    await until(() => sockets.size === 1, "the connection");
    control.abort();
    await expect(opening).rejects.toMatchObject({ code: "transport-aborted" });
    await until(() => sockets.size === 0, "its end");
  });

  it("is closed when nobody answers in time", async () => {
    const { sockets, port } = await silentServer();
    await expect(open(port, new AbortController().signal, 150)).rejects.toMatchObject({ code: "transport-timeout" });
    await until(() => sockets.size === 0, "its end");
  });

  it("is nobody's to give up once it is open", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    cleanups.push(() => {
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(resolve));
    });
    await new Promise((resolve) => server.once("listening", resolve));
    server.on("connection", (peer) => peer.on("message", (data) => peer.send(String(data))));
    const control = new AbortController();
    const socket = await open((server.address() as { port: number }).port, control.signal);
    const answers: unknown[] = [];
    socket.onmessage = ({ data }) => void answers.push(data);
    control.abort();
    socket.send("still here");
    await until(() => answers.length === 1, "the answer");
    expect(answers).toEqual(["still here"]);
  });
});
