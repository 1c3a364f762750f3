export * from "../protocol/index.ts";
export * from "../session/index.ts";
export { type Agent, type AgentMiddleware, limitDuration, withMiddleware } from "./agent.ts";
export type { AudioInput } from "./audio-input.ts";
export type { AudioOutput, SpeakOptions, SpeakResult } from "./audio-output.ts";
export type { CallFormat } from "./call-format.ts";
export {
  CallRecording,
  type RecordableCall,
  type RecordCallsOptions,
  RecordingError,
  type RecordingErrorCode,
  type RecordingOptions,
  type RecordingStats,
  recordCall,
  recordCalls,
} from "./call-recording.ts";
export { OptionError } from "./check-options.ts";
export type { ConductOptions, CutOffCause } from "./conduct.ts";
export { connectNodeWebSocket, type NodeWebSocketOptions } from "./connect-node-websocket.ts";
export type { NextDigitOptions } from "./digit-input.ts";
export type { DoorOptions } from "./doorkeeper.ts";
export { serviceRestart } from "./drain.ts";
export { createHub, Hub } from "./hub/hub.ts";
export type { HubLineOptions } from "./hub/hub-line.ts";
export type { HubOptions, HubStats } from "./hub/hub-options.ts";
export type {
  CallAttempt,
  CallEnd,
  CallRouting,
  HubIceServer,
  SwitchboardOptions,
  SwitchboardStats,
} from "./hub/switchboard-options.ts";
export { type SignalIceServer, type TurnOptions, turnCredentials } from "./hub/turn-credentials.ts";
export { type Jwk, type JwtClaims, type JwtOptions, jwtAuthorize } from "./jwt-authorize.ts";
export { PeerDependencyError } from "./load-peer.ts";
export { jsonLogger, type Logger, silentLogger } from "./logger.ts";
export type { MediaTotals } from "./media-totals.ts";
export { acceptNodeWebSocket, type NodeTransportOptions } from "./node-transport.ts";
export { type RoutedAgent, type RouteTable, route } from "./route.ts";
export { sameSecret } from "./same-secret.ts";
export { type Drainable, handleSignals, type SignalOptions } from "./signals.ts";
export { createCore, encodeSound, type Sound, SoundDecoder } from "./sound.ts";
export type { SoundTap } from "./sound-taps.ts";
export { type SpeechChange, SpeechDetector, type SpeechDetectorOptions } from "./speech-detector.ts";
export { createStatusHandler, type StatusHandler, type StatusOptions, type StatusPage } from "./status-handler.ts";
export type { Rate } from "./token-bucket.ts";
export { type AllowedOrigins, type Authorize, type RefusalCause, UpgradeRefusedError } from "./upgrade-policy.ts";
export type { UpgradeRequest } from "./upgrade-request.ts";
export { type PlaceCallOptions, placeCall, VoiceCaller } from "./voice-caller.ts";
export { createVoiceServer, VoiceServer } from "./voice-server.ts";
export type {
  DrainOptions,
  VoiceServerOptions,
  VoiceServerState,
  VoiceServerStats,
} from "./voice-server-options.ts";
export {
  type ClearResult,
  type DrainNotice,
  VoiceSession,
  type VoiceSessionEvents,
  type VoiceSessionOptions,
} from "./voice-session.ts";
export { decodeWav, encodeWav, WavError, type WavFormat, wavHeader } from "./wav.ts";
export type { WavSink } from "./wav-file.ts";
export { connectNodeWebRtc, type NodeWebRtcOptions } from "./webrtc/connect-node-webrtc.ts";
export type { IceServer, RtcOptions } from "./webrtc/rtc-options.ts";
