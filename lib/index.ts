export { AudioError, type HoldSound, loadHoldSound, type MicrophoneOptions } from "./audio/index.ts";
export * from "./call/client/index.ts";
export * from "./call/index.ts";
export { type Codec, MalformedError, ProtocolError, RemoteError } from "./protocol/index.ts";
export { type PingReport, Session, SessionError, type SessionErrorCode, type SessionOptions } from "./session/index.ts";
export {
  type Connect,
  connectWebRtc,
  connectWebSocket,
  createMemoryTransportPair,
  type Transport,
  TransportError,
  type TransportErrorCode,
  type TransportStats,
  type WebRtcOptions,
  type WebSocketOptions,
} from "./transport/index.ts";
