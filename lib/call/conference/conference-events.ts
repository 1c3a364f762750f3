import type { CallWarningClearEvent, CallWarningEvent } from "../call-events.ts";
import type { Participant } from "./participant.ts";

/** A call has come in, and hears the others. */
export class ConferenceJoinEvent extends Event {
  constructor(readonly participant: Participant) {
    super("join");
  }
}

/** A call is not in the conference any more. */
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

/** The conference is over, and nobody is in it. Exactly once. */
export class ConferenceEndedEvent extends Event {
  constructor() {
    super("ended");
  }
}

/** The events of a `Conference`, by their type. */
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
