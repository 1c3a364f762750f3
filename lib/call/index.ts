export { Call, type CallHold } from "./call.ts";
export * from "./call-events.ts";
export type { CallLine, CallLineHost, CallParty, LineStats, NetworkFigures, OpenLine } from "./call-line.ts";
export type { AssetUrls, CallAudioPort, CallOptions, ReconnectOptions } from "./call-options.ts";
export type { CallRecording } from "./call-recordings.ts";
export { type CallEndState, type CallState, isEnd, isLive } from "./call-state.ts";
export type { CallStats } from "./call-stats.ts";
export type { Caption } from "./captions.ts";
export { type CodecPreference, defaultCodecs } from "./codecs.ts";
export * from "./conference/index.ts";
export * from "./devices.ts";
export type { DtmfTiming } from "./dtmf-sender.ts";
export type { FlightNotes, LevelsNote, SoundNote } from "./flight-notes.ts";
export {
  type FlightEvent,
  type FlightEventKind,
  type FlightLevel,
  type FlightQuality,
  type FlightRecord,
  type FlightSound,
  type FlightSpan,
  flightAt,
  readFlightRecord,
} from "./flight-record.ts";
export type { FlightRecordOptions } from "./flight-recorder.ts";
export * from "./preflight.ts";
export type { Verdict } from "./preflight-verdicts.ts";
export * from "./preview.ts";
export { gradeOf, type QualityGrade, type QualityInput, type QualityRating, rateQuality } from "./quality.ts";
export type { CallQuality, DelayStages } from "./quality-meter.ts";
export { joinSystem, type SystemCall, type SystemOptions } from "./system.ts";
export { VoiceError } from "./voice-error.ts";
