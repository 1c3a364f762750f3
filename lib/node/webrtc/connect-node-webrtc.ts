import { SocketTransport } from "../../transport/socket-transport.ts";
import type { Connect } from "../../transport/transport.ts";
import { webRtcProfile } from "../../transport/webrtc-signal.ts";
import { connectNodeControl, type NodeWebSocketOptions } from "../connect-node-websocket.ts";
import { NodeRtcTransport } from "./node-rtc-transport.ts";
import type { RtcOptions } from "./rtc-options.ts";
import { loadWerift } from "./werift-peer.ts";

/** Of `connectNodeWebRtc`. Needs the optional package `werift`. */
export interface NodeWebRtcOptions extends NodeWebSocketOptions {
  readonly webrtc?: RtcOptions;
}

/**
 * How to reach a voice server from Node with control over a WebSocket and sound over WebRTC; offers `rtvbp.webrtc.v1` alone unless told, and is a
 * plain WebSocket where the server picks another profile. Needs the package `werift`: rejects with `PeerDependencyError` where that is missing.
 */
export function connectNodeWebRtc(options: NodeWebRtcOptions): Connect {
  const connect = connectNodeControl({ ...options, profiles: options.profiles ?? [webRtcProfile] });
  return async (signal) => {
    const werift = await loadWerift();
    const control = await connect(signal);
    if (control.profile !== webRtcProfile || !(control instanceof SocketTransport)) return control;
    const { connectTimeoutMs } = options;
    const transport = new NodeRtcTransport(control, werift, {
      ...options,
      ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
      ...options.webrtc,
    });
    await transport.negotiate(signal);
    return transport;
  };
}
