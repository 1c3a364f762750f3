/** What a microphone gave in the last moment, 0.6 s: 0 to 1 of full scale. */
export interface HeardSound {
  readonly peak: number;
  readonly rms: number;
  /** Not one sample differs from another, or the track says itself that it is held. */
  readonly still: boolean;
}

export interface MicrophoneSigns {
  /** It is open but gives nothing: a live room always moves the last bit. */
  readonly frozen: boolean;
  /** Something audible has come from it since it was opened. */
  readonly heard: boolean;
  /** Nothing has, for long, and nobody muted it. */
  readonly silent: boolean;
  /** The person speaks and nobody hears it. */
  readonly talkingMuted: boolean;
}

const FROZEN_MS = 3000;
const SILENT_MS = 10_000;
/** −54 dB: below the noise of an ordinary room. */
const AUDIBLE_PEAK = 0.002;
/** Speech is louder than −40 dB and 12 dB above what the room sounds like. */
const SPEECH_RMS = 0.01;
const SPEECH_OVER_ROOM = 4;
/** Of the last four moments, so that neither a cough nor a door counts. */
const SPEECH_MOMENTS = 3;
const ROOM_RISE = 1.05;
const QUIETEST_ROOM = 0.0005;
/** How long somebody who spoke is taken to be speaking. */
const TALKING_HOLD_MS = 4000;

/** Judges a microphone by what it gives. Pure: told every 0.6 s what was heard. */
export class MicrophoneJudge {
  #stillSince: number | undefined;
  #unmutedSince: number | undefined;
  #everHeard = false;
  #room = QUIETEST_ROOM;
  #spoken: readonly boolean[] = [];
  #talkedAt = Number.NEGATIVE_INFINITY;

  hear({ peak, rms, still }: HeardSound, muted: boolean, nowMs: number): MicrophoneSigns {
    this.#stillSince = still ? (this.#stillSince ?? nowMs) : undefined;
    this.#unmutedSince = muted ? undefined : (this.#unmutedSince ?? nowMs);
    this.#everHeard ||= peak >= AUDIBLE_PEAK;
    const speech = rms > SPEECH_RMS && rms > SPEECH_OVER_ROOM * this.#room;
    this.#room = Math.max(QUIETEST_ROOM, Math.min(rms, this.#room * ROOM_RISE));
    this.#spoken = [...this.#spoken.slice(-3), muted && speech];
    if (this.#spoken.filter(Boolean).length >= SPEECH_MOMENTS) this.#talkedAt = nowMs;
    const past = (since: number | undefined, ms: number) => since !== undefined && nowMs - since >= ms;
    return {
      frozen: past(this.#stillSince, FROZEN_MS),
      heard: this.#everHeard,
      silent: !this.#everHeard && past(this.#unmutedSince, SILENT_MS),
      talkingMuted: muted && nowMs - this.#talkedAt < TALKING_HOLD_MS,
    };
  }

  /** Another microphone, or the sound was held back: what was noticed so far says nothing. The room stays. */
  forget(): void {
    this.#stillSince = undefined;
    this.#unmutedSince = undefined;
    this.#everHeard = false;
    this.#spoken = [];
  }
}
