import type { SocketTransport } from "../../transport/socket-transport.ts";
import type { Transport, TransportStats } from "../../transport/transport.ts";
import { type NodeRtcOptions, NodeRtcTransport } from "./node-rtc-transport.ts";
import { loadWerift } from "./werift-peer.ts";

/** A transport of an accepted call: its figures can be had at once. */
export interface ServedTransport extends Transport {
  snapshot(): TransportStats;
}

/** Makes a call over WebRTC of an accepted socket; its transport waits for the peer's offer by itself. */
export type RtcAcceptor = (control: SocketTransport) => ServedTransport;

/** Rejects with `PeerDependencyError` where the package `werift` is not installed. */
export async function loadRtcAcceptor(options: NodeRtcOptions): Promise<RtcAcceptor> {
  const werift = await loadWerift();
  return (control) => {
    const transport = new NodeRtcTransport(control, werift, options);
    void transport.accept();
    return transport;
  };
}
