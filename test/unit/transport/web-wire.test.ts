import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import {
  openWebSocket,
  type WebSocketConstructor,
  type WebSocketLike,
  WebWire,
} from "../../../lib/transport/web-wire.ts";
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

/** A socket as a browser has it, that does what the test says. */
class FakeSocket implements WebSocketLike {
  static last: FakeSocket;
  readonly protocol = "";
  readonly bufferedAmount = 0;
  binaryType = "blob";
  onopen: WebSocketLike["onopen"] = null;
  onmessage: WebSocketLike["onmessage"] = null;
  onerror: WebSocketLike["onerror"] = null;
  onclose: WebSocketLike["onclose"] = null;
  closes = 0;
  constructor() {
    FakeSocket.last = this;
  }
  send(): void {}
  close(): void {
    this.closes++;
  }
}

describe("a wire over a WebSocket", () => {
  it("delivers text and bytes until it is terminated, and nothing of what the browser says afterwards", () => {
    const socket = new FakeSocket();
    const wire = new WebWire(socket);
    const heard: unknown[] = [];
    wire.listen({
      text: (text) => heard.push(text),
      frame: (bytes) => heard.push([...bytes]),
      close: (...close) => heard.push(close),
    });
    socket.onmessage?.({ data: "one" });
    socket.onmessage?.({ data: new Uint8Array([2]).buffer });
    wire.terminate();
    socket.onmessage?.({ data: "three" });
    socket.onclose?.({ code: 1006, reason: "", wasClean: false });
    expect([heard, socket.closes]).toEqual([["one", [2]], 1]);
  });
});

describe("a socket that is being opened", () => {
  it("is unreachable where it closes without a word of an error", async () => {
    const options = { url: "ws://nobody.example/?key=1", protocols: [], connectTimeoutMs: 10_000 };
    const opening = openWebSocket({ ...options, WebSocket: FakeSocket }, new AbortController().signal, () => "open");
    const { last } = FakeSocket;
    last.onclose?.({ code: 1006, reason: "", wasClean: false });
    const message = "ws://nobody.example/ cannot be reached.";
    await expect(opening).rejects.toMatchObject({ code: "transport-unreachable", message });
    expect([last.onopen, last.onclose, last.closes]).toEqual([null, null, 1]);
  });

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
