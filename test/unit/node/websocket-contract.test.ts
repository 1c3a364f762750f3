import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { describe, it } from "vitest";
import { WebSocket } from "ws";
import { connectNodeWebSocket } from "../../../lib/node/connect-node-websocket.ts";
import { connectLean } from "../../../lib/node/load/connect-lean.ts";
import { acceptNodeWebSocket, payloadLimit, transportOver } from "../../../lib/node/node-transport.ts";
import { listen, shutDown } from "../../../lib/node/own-http.ts";
import { completeHandshake } from "../../../lib/node/wire/handshake.ts";
import { StreamWire } from "../../../lib/node/wire/stream-wire.ts";
import { limitsFrom } from "../../../lib/transport/limits.ts";
import { openSocket } from "../../../lib/transport/open-socket.ts";
import type { SocketTransport } from "../../../lib/transport/socket-transport.ts";
import type { WebSocketConstructor } from "../../../lib/transport/web-wire.ts";
import { contract, farPeer, type OpenRig } from "../transport/contract.ts";
import { openSocketRig } from "./rig.ts";

const never = new AbortController().signal;

const nodeClient: OpenRig = async (limits) => {
  const rig = await openSocketRig();
  const accepted = rig.next((socket, request) => farPeer(acceptNodeWebSocket(socket, request), () => rig.sever()));
  const near = await connectNodeWebSocket({ url: rig.url, ...limits })(never);
  return { near, far: await accepted, dispose: () => rig.close() };
};

/** The client of the load generator. It has closed when the server has said goodbye, and the server when that has arrived. */
const leanClient: OpenRig = async (limits) => {
  const rig = await openSocketRig();
  const accepted = rig.next((socket, request) => {
    const transport = acceptNodeWebSocket(socket, request);
    const gone = new Promise((resolve) => socket.once("close", resolve));
    const far = farPeer(transport, () => rig.sever());
    return { ...far, closed: () => gone.then(() => transport.close()) };
  });
  const near = await connectLean({ url: rig.url, ...limits })(never);
  return { near, far: await accepted, dispose: () => rig.close() };
};

const nodeServer: OpenRig = async (limits) => {
  const rig = await openSocketRig();
  const accepted = rig.next((socket, request) => acceptNodeWebSocket(socket, request, limits));
  const far = await connectNodeWebSocket({ url: rig.url })(never);
  return { near: await accepted, far: farPeer(far, () => rig.sever()), dispose: () => rig.close() };
};

/** The wire of the voice server, over the connection of an HTTP server. */
const voiceServer: OpenRig = async (limits) => {
  const http = createServer();
  const sockets = new Set<Duplex>();
  const accepted = new Promise<SocketTransport>((resolve) => {
    http.once("upgrade", (message, socket, head) => {
      sockets.add(socket);
      completeHandshake(message, socket, head, "rtvbp.v1");
      const options = limits ?? {};
      const wire = new StreamWire(socket, { side: "server", maxMessageBytes: payloadLimit(options) });
      resolve(transportOver(wire, "rtvbp.v1", options));
    });
  });
  const url = `ws://127.0.0.1:${await listen(http, 0, "127.0.0.1")}/`;
  const sever = (): void => sockets.forEach((socket) => void socket.destroy());
  const far = await connectNodeWebSocket({ url })(never);
  const dispose = async (): Promise<void> => {
    sever();
    await shutDown(http);
  };
  return { near: await accepted, far: farPeer(far, sever), dispose };
};

/** The code that runs in the browser's socket Worker, over a WebSocket class that Node has. */
const browserCore: OpenRig = async (limits) => {
  const rig = await openSocketRig();
  const accepted = rig.next((socket, request) => farPeer(acceptNodeWebSocket(socket, request), () => rig.sever()));
  const near = await openSocket(
    {
      url: rig.url,
      profiles: ["rtvbp.v1"],
      protocols: ["rtvbp.v1"],
      connectTimeoutMs: 5000,
      limits: limitsFrom(limits ?? {}),
      thread: "main",
      WebSocket: WebSocket as unknown as WebSocketConstructor,
    },
    never,
  );
  return { near, far: await accepted, dispose: () => rig.close() };
};

for (const [kind, open] of Object.entries({
  "Node client": nodeClient,
  "lean client": leanClient,
  "Node server": nodeServer,
  "voice server": voiceServer,
  "browser socket core": browserCore,
})) {
  describe(`${kind} transport`, () => {
    for (const { name, run } of contract) it(name, () => run(open));
  });
}
