import type { CallEnd, CallWarning } from "../call/call-events.ts";
import type { CallState } from "../call/call-state.ts";
import type { Caption } from "../call/captions.ts";
import type { MicrophoneSettings } from "../call/devices.ts";
import type { FlightRecord } from "../call/flight-record.ts";
import type { PreflightReport } from "../call/preflight.ts";
import type { CallView } from "./call-view.ts";
import type { IncomingView } from "./voice-incoming/incoming-view.ts";

/**
 * Requests: dispatched by a part when a person asks for something, bubbling, composed, cancelable. Unless a listener
 * calls `preventDefault()`, the part then asks its call.
 */
export interface VoiceRequestMap {
  /** Start a call. */
  "voice-call-request": CustomEvent<null>;
  /** End the call. */
  "voice-hangup-request": CustomEvent<null>;
  /** Mute (or unmute) the microphone. */
  "voice-mute-request": CustomEvent<{ readonly muted: boolean }>;
  /** Send one DTMF digit. */
  "voice-dtmf-request": CustomEvent<{ readonly digit: string }>;
  /** Use another microphone; "" is the system's default. */
  "voice-microphone-request": CustomEvent<{ readonly id: string }>;
  /** Use another loudspeaker; "" is the system's default. */
  "voice-speaker-request": CustomEvent<{ readonly id: string }>;
  /** Switch echo cancellation, noise suppression or automatic gain. */
  "voice-processing-request": CustomEvent<Partial<MicrophoneSettings>>;
  /** Record the call in this page: the person has agreed to what was asked. */
  "voice-record-request": CustomEvent<null>;
  /** Save the file in which this page has kept what happened in the call. */
  "voice-flight-record-request": CustomEvent<null>;
  /** Open (or close) the small window of the call. */
  "voice-pip-request": CustomEvent<{ readonly open: boolean }>;
  /** Check microphone, loudspeaker and connection. */
  "voice-preflight-request": CustomEvent<null>;
  /** Take a call that rings; dispatched by `<voice-incoming>`. */
  "voice-accept-request": CustomEvent<{ readonly incoming: IncomingView }>;
  /** Turn a call away that rings: `code` is told to who calls. */
  "voice-reject-request": CustomEvent<{ readonly incoming: IncomingView; readonly code: string }>;
  /** The application, not the person here, asks to record the call; dispatched by `<voice-call>`. Preventing it refuses. */
  "voice-recording-request": CustomEvent<{ readonly tags: readonly string[] }>;
}

/** Notifications: dispatched by `<voice-call>` after its call changed, bubbling and composed. */
export interface VoiceNotificationMap {
  "voice-statechange": CustomEvent<{ readonly state: CallState; readonly previous: CallState }>;
  "voice-mutechange": CustomEvent<{ readonly muted: boolean }>;
  "voice-caption": CustomEvent<{ readonly caption: Caption }>;
  "voice-toolcall": CustomEvent<{ readonly tool: string }>;
  "voice-dtmf": CustomEvent<{ readonly digit: string }>;
  /** Somebody began to speak: the caller (`receiver`) or the agent (`sender`). */
  "voice-speech": CustomEvent<{ readonly origin: "sender" | "receiver" }>;
  /** The caller spoke over the agent. `heardMs`: how much of the utterance had been played. */
  "voice-interrupted": CustomEvent<{ readonly removedBytes: number; readonly heardMs: number }>;
  /** The application set call variables. */
  "voice-variables": CustomEvent<{ readonly changed: Readonly<Record<string, unknown>> }>;
  /** A recording started, or finished (`blob`). */
  "voice-recording": CustomEvent<{ readonly id: string; readonly tags: readonly string[]; readonly blob?: Blob }>;
  /** A recording that a person asked for is finished; dispatched by `<voice-recorder>`. `name`: for a file. */
  "voice-recorded": CustomEvent<{ readonly blob: Blob; readonly name: string }>;
  /** Dispatched by `<voice-preflight>`. */
  "voice-preflight": CustomEvent<{ readonly report: PreflightReport }>;
  /** The record of a call is shown; dispatched by `<voice-replay>`. */
  "voice-replayed": CustomEvent<{ readonly record: FlightRecord }>;
  /** Somebody rings; this and the next two are dispatched by `<voice-incoming>`. */
  "voice-incoming": CustomEvent<{ readonly incoming: IncomingView }>;
  "voice-accepted": CustomEvent<{ readonly incoming: IncomingView; readonly call: CallView }>;
  "voice-incomingend": CustomEvent<{ readonly incoming: IncomingView }>;
  "voice-warning": CustomEvent<{ readonly warning: CallWarning }>;
  "voice-warningclear": CustomEvent<{ readonly code: string }>;
  /** Exactly once per call. */
  "voice-ended": CustomEvent<{ readonly end: CallEnd }>;
  /** Something a person asked for failed (also dispatched by the part that asked). A failed call also ends. */
  "voice-error": CustomEvent<{ readonly error: Error }>;
}

/** Every event that an element dispatches, by its type. */
export type VoiceEventMap = VoiceRequestMap & VoiceNotificationMap;

/** The `detail` of an event of this type. */
export type DetailOf<Type extends keyof VoiceEventMap> = VoiceEventMap[Type]["detail"];

/** Bubbling and composed, as every `voice-*` event is. */
export function voiceEvent<Detail>(type: string, detail: Detail, init: EventInit): CustomEvent<Detail> {
  return new CustomEvent(type, { detail, bubbles: true, composed: true, ...init });
}

declare global {
  interface HTMLElementEventMap extends VoiceRequestMap, VoiceNotificationMap {}
}
