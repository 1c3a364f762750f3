export * from "../protocol/index.ts";
export * from "../session/index.ts";
export type { AudioInput } from "./audio-input.ts";
export type { AudioOutput, SpeakOptions, SpeakResult } from "./audio-output.ts";
export type { CallFormat } from "./call-format.ts";
export { connectNodeWebSocket, type NodeWebSocketOptions } from "./connect-node-websocket.ts";
export type { NextDigitOptions } from "./digit-input.ts";
export { jsonLogger, type Logger, silentLogger } from "./logger.ts";
export { acceptNodeWebSocket, type LivenessOptions, type NodeTransportOptions } from "./node-transport.ts";
export { createCore, encodeSound, type Sound, SoundDecoder } from "./sound.ts";
export { type SpeechChange, SpeechDetector, type SpeechDetectorOptions } from "./speech-detector.ts";
export { type AllowedOrigins, type Authorize, type RefusalCause, UpgradeRefusedError } from "./upgrade-policy.ts";
export type { UpgradeRequest } from "./upgrade-request.ts";
export { createVoiceServer, VoiceServer, type VoiceServerOptions, type VoiceServerStats } from "./voice-server.ts";
export {
  type ClearResult,
  VoiceSession,
  type VoiceSessionEvents,
  type VoiceSessionOptions,
} from "./voice-session.ts";
