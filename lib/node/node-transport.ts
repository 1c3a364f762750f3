import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { headerlessProfile } from "../transport/address.ts";
import type { TransportLimits } from "../transport/limits.ts";
import { SocketTransport } from "../transport/socket-transport.ts";
import type { Transport } from "../transport/transport.ts";
import { type ConductOptions, watchConduct } from "./conduct.ts";
import type { WatchedWire } from "./wire/watched-wire.ts";
import { WsWire } from "./wire/ws-wire.ts";

/** Limits of what a peer may send or leave unread; beyond, its connection is cut. */
export interface NodeTransportOptions extends Partial<TransportLimits>, ConductOptions {}

/** Generated speech is sent faster than real time: 4 MiB is two minutes of L16 at 16 kHz. */
export const nodeHighWaterBytes = 1 << 22;

/** The largest message that a socket should take in: beyond it the connection is closed with 1009 before it is in memory. */
export function payloadLimit(options: Partial<TransportLimits>): number {
  return Math.max(options.maxTextBytes ?? 1 << 20, options.maxFrameBytes ?? 1 << 20);
}

/**
 * The answering end of an upgrade that was checked before. Call it in the task in which `ws` handed the socket over. The server behind
 * `socket` should have `perMessageDeflate: false` and `maxPayload: payloadLimit(options)`.
 */
export function acceptNodeWebSocket(
  socket: WebSocket,
  _request: IncomingMessage,
  options: NodeTransportOptions = {},
): Transport {
  return transportOver(new WsWire(socket), socket.protocol || headerlessProfile, options);
}

/** A transport over an open socket, with the peer's conduct watched. */
export function transportOver(wire: WatchedWire, profile: string, options: NodeTransportOptions): SocketTransport {
  const transport = new SocketTransport(wire, {
    highWaterBytes: nodeHighWaterBytes,
    ...options,
    profile,
    copiesFrames: wire.copiesFrames,
    thread: "main",
  });
  watchConduct(wire, transport, options);
  return transport;
}
