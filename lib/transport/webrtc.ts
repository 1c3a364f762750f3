import { timerMs } from "./limits.ts";
import type { Connect } from "./transport.ts";
import { TransportError } from "./transport.ts";
import { webRtcProfile } from "./webrtc-signal.ts";
import { WebRtcTransport } from "./webrtc-transport.ts";
import { connectControl, type WebSocketOptions } from "./websocket.ts";

/** Of `connectWebRtc`. The WebSocket carries control messages, WebRTC the sound. */
export interface WebRtcOptions extends WebSocketOptions {
  /** Default: `rtvbp.webrtc.v1` alone. Where the server picks a profile without WebRTC, that is what comes of it. */
  readonly profiles?: readonly string[];
  /** STUN and TURN servers. Without them only addresses of this machine are offered. */
  readonly iceServers?: readonly RTCIceServer[] | undefined;
}

/**
 * How to reach a voice server from a page with control over a WebSocket and sound over WebRTC (PCMU). Asks for complete candidates; offers
 * once. Rejects with `TransportError`: `transport-media` where the sound finds no way.
 */
export function connectWebRtc(options: WebRtcOptions): Connect {
  const connect = connectControl({ ...options, profiles: options.profiles ?? [webRtcProfile] });
  return async (signal) => {
    const control = await connect(signal);
    if (control.profile !== webRtcProfile) return control;
    let peer: RTCPeerConnection | undefined;
    let transport: WebRtcTransport;
    try {
      peer = new RTCPeerConnection({ iceServers: [...(options.iceServers ?? [])], bundlePolicy: "max-bundle" });
      transport = new WebRtcTransport(control, peer, options);
    } catch (cause) {
      peer?.close();
      void control.close();
      const message = "This browser cannot make a WebRTC connection, or iceServers is not what it takes.";
      throw new TransportError("transport-media", message, true, { cause });
    }
    await transport.negotiate({ timeoutMs: timerMs(options.connectTimeoutMs ?? 10_000), signal });
    return transport;
  };
}
