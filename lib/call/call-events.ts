import type { CallParty } from "./call-line.ts";
import type { CallState } from "./call-state.ts";
import type { Caption } from "./captions.ts";
import type { CallQuality } from "./quality-meter.ts";
import type { VoiceError } from "./voice-error.ts";

/** How and why a call ended. There is exactly one per call. */
export interface CallEnd {
  /** What the ending side said, or a `code` of this library: `normal`, `network`, `media-permission-denied` … */
  readonly reason: string;
  readonly by: "local" | "remote" | "network" | "error";
  readonly error?: VoiceError;
}

/** Something that needs a person's attention while the call goes on. Cleared by itself when it no longer holds. */
export interface CallWarning {
  readonly code: string;
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly action: string;
  /** Where one action fixes it. */
  readonly resume?: () => Promise<void>;
}

/** Sound level since the last event, 0 to 1 of full scale. */
export interface Level {
  readonly peak: number;
  readonly rms: number;
}

/** The call moved from `previous` to `state`; `call.state` says the same already. */
export class CallStateEvent extends Event {
  constructor(
    readonly state: CallState,
    readonly previous: CallState,
  ) {
    super("statechange");
  }
}

/** The audio layer has muted the microphone, or lets it through again: not when it was asked for, but when it is so. */
export class CallMuteEvent extends Event {
  constructor(readonly muted: boolean) {
    super("mutechange");
  }
}

/** The call's sound went into a bridge or a conference, or came back to microphone and loudspeaker. */
export class CallBridgeEvent extends Event {
  constructor(readonly bridged: boolean) {
    super("bridgechange");
  }
}

/** At most five a second. */
export class CallLevelEvent extends Event {
  constructor(
    readonly input: Level,
    readonly output: Level,
  ) {
    super("level");
  }
}

/** A sentence, or the beginning of one: the newer caption of the same `id` takes its place. */
export class CallCaptionEvent extends Event {
  constructor(readonly caption: Caption) {
    super("caption");
  }
}

/** The agent says that it calls a tool. */
export class CallToolEvent extends Event {
  constructor(readonly tool: string) {
    super("toolcall");
  }
}

/** A digit was sent to the peer. */
export class CallDtmfEvent extends Event {
  constructor(readonly digit: string) {
    super("dtmf");
  }
}

/** The other side pressed a key, and told so in words: keys that are sent as sound are heard only. */
export class CallPressEvent extends Event {
  constructor(readonly digit: string) {
    super("press");
  }
}

/** The other side sends one more track beside the conversation. */
export class CallTrackEvent extends Event {
  constructor(readonly track: MediaStreamTrack) {
    super("track");
  }
}

/** The call is with somebody else now: it was transferred or redirected. */
export class CallPartyEvent extends Event {
  constructor(readonly party: CallParty) {
    super("partychange");
  }
}

/** The peer took back sound that was not yet played (barge-in). */
export class CallInterruptedEvent extends Event {
  constructor(
    /** Bytes removed from every place where audio waited, as reported to the peer. */
    readonly removedBytes: number,
    /** Milliseconds of the interrupted utterance that were played. */
    readonly heardMs: number,
  ) {
    super("interrupted");
  }
}

/** The peer set call variables. */
export class CallVariablesEvent extends Event {
  constructor(readonly changed: Readonly<Record<string, unknown>>) {
    super("variables");
  }
}

/** What the person here hears, rated: every two seconds, once something was heard. */
export class CallQualityEvent extends Event {
  constructor(readonly quality: CallQuality) {
    super("quality");
  }
}

/** Somebody began to speak, as the application hears it: the caller (`receiver` of this event) or the agent (`sender`). */
export class CallSpeechEvent extends Event {
  constructor(readonly origin: "sender" | "receiver") {
    super("speech");
  }
}

/** The application asks to record the call in this page. Prevent it to refuse. */
export class CallRecordingRequestEvent extends Event {
  constructor(readonly tags: readonly string[]) {
    super("recordingrequest", { cancelable: true });
  }
}

/** A recording started or finished. `blob` is there when it finished. */
export class CallRecordingEvent extends Event {
  constructor(
    readonly id: string,
    readonly tags: readonly string[],
    readonly blob?: Blob,
  ) {
    super("recording");
  }
}

/** Something is wrong that does not end the call; `call.warnings` has all that stand. */
export class CallWarningEvent extends Event {
  constructor(readonly warning: CallWarning) {
    super("warning");
  }
}

/** What the warning with this code said is over. */
export class CallWarningClearEvent extends Event {
  constructor(readonly code: string) {
    super("warningclear");
  }
}

/** The call is over. Exactly once per call, whatever happened. */
export class CallEndedEvent extends Event {
  constructor(readonly end: CallEnd) {
    super("ended");
  }
}

/** The events of a `Call`, by their type. */
export interface CallEventMap {
  statechange: CallStateEvent;
  mutechange: CallMuteEvent;
  bridgechange: CallBridgeEvent;
  level: CallLevelEvent;
  caption: CallCaptionEvent;
  toolcall: CallToolEvent;
  dtmf: CallDtmfEvent;
  press: CallPressEvent;
  track: CallTrackEvent;
  partychange: CallPartyEvent;
  interrupted: CallInterruptedEvent;
  variables: CallVariablesEvent;
  quality: CallQualityEvent;
  speech: CallSpeechEvent;
  recordingrequest: CallRecordingRequestEvent;
  recording: CallRecordingEvent;
  warning: CallWarningEvent;
  warningclear: CallWarningClearEvent;
  ended: CallEndedEvent;
}
