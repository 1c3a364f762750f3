import { describe, expect, it } from "vitest";
import { transportOver } from "../../../../lib/node/node-transport.ts";
import { connectNodeWebRtc } from "../../../../lib/node/webrtc/connect-node-webrtc.ts";
import { NodeRtcTransport } from "../../../../lib/node/webrtc/node-rtc-transport.ts";
import { loadWerift } from "../../../../lib/node/webrtc/werift-peer.ts";
import { WsWire } from "../../../../lib/node/wire/ws-wire.ts";
import type { TransportLimits } from "../../../../lib/transport/limits.ts";
import { controlContract, farPeer, type OpenRig } from "../../transport/contract.ts";
import { openSocketRig, type SocketRig } from "../rig.ts";
import { connecting, webRtcProfile, webrtc } from "./rtc-rig.ts";

const never = new AbortController().signal;

async function openRtcRig(limits: Partial<TransportLimits> = {}) {
  const werift = await loadWerift();
  const rig = await openSocketRig({ protocols: () => webRtcProfile });
  const accepted = rig.next((socket) => {
    const transport = new NodeRtcTransport(transportOver(new WsWire(socket), socket.protocol, limits), werift, {
      ...limits,
      ...webrtc,
    });
    void transport.accept();
    return transport;
  });
  return { rig, accepted };
}

async function connect(rig: SocketRig, limits: Partial<TransportLimits> = {}) {
  try {
    return await connectNodeWebRtc({ url: rig.url, webrtc, ...limits })(never);
  } catch (error) {
    await rig.close();
    throw error;
  }
}

const dialling: OpenRig = (limits) =>
  connecting(async () => {
    const { rig, accepted } = await openRtcRig();
    const near = await connect(rig, limits);
    return { near, far: farPeer(await accepted, () => rig.sever()), dispose: () => rig.close() };
  });

const answering: OpenRig = (limits) =>
  connecting(async () => {
    const { rig, accepted } = await openRtcRig(limits);
    const far = await connect(rig);
    return { near: await accepted, far: farPeer(far, () => rig.sever()), dispose: () => rig.close() };
  });

for (const [kind, open] of Object.entries({ dialling, answering })) {
  describe(`WebRTC transport in Node, ${kind}`, () => {
    for (const { name, run } of controlContract()) it(name, () => run(open));

    it("closes with a protocol code when a control message is too long, and takes no pipes for its media", async () => {
      const { near, far, dispose } = await open({ maxTextBytes: 10_000 });
      const closed = new Promise((resolve) => near.listen({ text: () => {}, close: resolve }));
      expect(() => near.connectMedia(undefined as never)).toThrow(/pipes/);
      await far.sendText("x".repeat(10_001));
      expect(await closed).toMatchObject({ by: "local", code: 1009 });
      await near.close();
      await dispose();
    });
  });
}
