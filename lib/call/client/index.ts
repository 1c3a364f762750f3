/** Calls between people, and many calls at once. */
export { Client } from "./client.ts";
export * from "./client-events.ts";
export type {
  ApplicationTarget,
  ClientAudioOptions,
  ClientOptions,
  ClientStats,
  PersonCallOptions,
} from "./client-options.ts";
export * from "./handlers/index.ts";
export type { HistoryEntry } from "./history.ts";
export { IncomingCall, type IncomingEnd, IncomingEndedEvent, IncomingPositionEvent } from "./incoming-call.ts";
export type { KeyWay } from "./peer-keys.ts";
export type { QualityAlert, QualityThresholds } from "./quality-watch.ts";
