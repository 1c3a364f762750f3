import { describe, it } from "vitest";
import { WebSocket } from "ws";
import { connectNodeWebSocket } from "../../../lib/node/connect-node-websocket.ts";
import { connectLean } from "../../../lib/node/load/connect-lean.ts";
import { acceptNodeWebSocket } from "../../../lib/node/node-transport.ts";
import { limitsFrom } from "../../../lib/transport/limits.ts";
import { openSocket } from "../../../lib/transport/open-socket.ts";
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
  "browser socket core": browserCore,
})) {
  describe(`${kind} transport`, () => {
    for (const { name, run } of contract) it(name, () => run(open));
  });
}
