import type { CallWarningClearEvent, CallWarningEvent } from "../call-events.ts";
import type { Participant } from "./participant.ts";

export class ConferenceJoinEvent extends Event {
  constructor(readonly participant: Participant) {
    super("join");
  }
}

export class ConferenceLeaveEvent extends Event {
  constructor(
    readonly participant: Participant,
    /** `ended`: the call is over. `left`: it goes on without the conference. */
    readonly reason: "ended" | "left" | "kicked",
  ) {
    super("leave");
  }
}

/** Of a participant (muted, role, gain), or of the conference (locked, without a participant). */
export class ConferenceChangeEvent extends Event {
  constructor(readonly participant: Participant | undefined) {
    super("change");
  }
}

/** Undefined: nobody speaks. */
export class ActiveSpeakerEvent extends Event {
  constructor(readonly participant: Participant | undefined) {
    super("activespeaker");
  }
}

/** `level` and `speaking` of the participants are new: at most eight times a second. */
export class ConferenceLevelEvent extends Event {
  constructor() {
    super("level");
  }
}

export class ConferenceEndedEvent extends Event {
  constructor() {
    super("ended");
  }
}

export interface ConferenceEventMap {
  join: ConferenceJoinEvent;
  leave: ConferenceLeaveEvent;
  change: ConferenceChangeEvent;
  activespeaker: ActiveSpeakerEvent;
  level: ConferenceLevelEvent;
  /** About the owner's microphone and loudspeaker. */
  warning: CallWarningEvent;
  warningclear: CallWarningClearEvent;
  ended: ConferenceEndedEvent;
}
