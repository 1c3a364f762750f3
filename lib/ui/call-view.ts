import type { Call } from "../call/call.ts";
import type { CallEventMap } from "../call/call-events.ts";
import type { CallState } from "../call/call-state.ts";

/** What elements need of a call: what they read, ask and listen to, and what a page asks of the call of an element. */
export type CallView = Pick<
  Call,
  | "id"
  | "state"
  | "muted"
  | "connectedAt"
  | "captions"
  | "ended"
  | "warnings"
  | "start"
  | "hangUp"
  | "setMuted"
  | "sendDtmf"
  | "volume"
  | "setVolume"
  | "devices"
  | "resumeAudio"
  | "startRecording"
  | "pauseRecording"
  | "stopRecording"
  | "hasFlightRecord"
  | "flightRecord"
  | "stats"
  | "addEventListener"
  | "removeEventListener"
>;

export type CallEventType = keyof CallEventMap & string;

/** Which screen a person should see. */
export type CallPhase = "idle" | "starting" | "live" | "over";

/** The screen that belongs to a state; `terminating` stays on the screen where hanging up began. */
export function phaseOf(call: Pick<CallView, "state" | "ended" | "connectedAt"> | undefined): CallPhase {
  if (call === undefined) return "idle";
  if (call.ended !== undefined) return "over";
  const state: CallState = call.state;
  switch (state) {
    case "idle":
      return "idle";
    case "initiating":
    case "ringing":
    case "connecting":
    case "queued":
      return "starting";
    case "active":
    case "held":
    case "reconnecting":
    case "transferring":
      return "live";
    case "terminating":
      return call.connectedAt === undefined ? "starting" : "live";
    case "terminated":
    case "failed":
    case "cancelled":
      return "over";
  }
}

/** Whether keys can be pressed. */
export function canDial(call: CallView | undefined): boolean {
  return call?.ended === undefined && (call?.state === "active" || call?.state === "held");
}

/** Whether the call is on, and can be muted. */
export function isTalking(call: CallView | undefined): boolean {
  return phaseOf(call) === "live" && call?.state !== "terminating";
}
