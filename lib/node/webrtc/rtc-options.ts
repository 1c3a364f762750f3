/** How calls over WebRTC (`rtvbp.webrtc.v1`) find their way. */
export interface RtcOptions {
  /** STUN and TURN servers. Default: none, only addresses of this machine. */
  readonly iceServers?: readonly IceServer[];
  /** UDP ports to use, from and to: what a firewall has to let through. */
  readonly portRange?: readonly [number, number];
  /** Addresses to offer beside those of this machine's network interfaces: the public one behind a one-to-one NAT, `127.0.0.1` for tests. */
  readonly hostAddresses?: readonly string[];
  /** How long it may take from the upgrade until sound can flow. Default 10 s. */
  readonly connectTimeoutMs?: number;
}

/** A STUN or TURN server, as `RTCIceServer` of a browser with one address. */
export interface IceServer {
  /** `stun:host:3478`, `turn:host:3478`, … */
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}
