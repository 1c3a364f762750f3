export { agreedProfile, bearerSubprotocol, headerlessProfile, webSocketUrl, withoutQuery } from "./address.ts";
export { defaultLimits, type TransportLimits } from "./limits.ts";
export { hasTracks, type MediaTracks } from "./media-tracks.ts";
export { createMemoryTransportPair, type MemoryPairOptions, MemoryTransport } from "./memory.ts";
export { refusedError } from "./refused.ts";
export * from "./transport.ts";
export { connectWebRtc, type WebRtcOptions } from "./webrtc.ts";
export { connectWebSocket, type WebSocketOptions } from "./websocket.ts";
export type { Wire, WireEvents } from "./wire.ts";
