import type { ConferencePlace } from "../../audio/index.ts";
import type { Call } from "../call.ts";
import type { CallQuality } from "../quality-meter.ts";
import type { ConferenceRole, Seated } from "./routes.ts";

/** Somebody in a conference; one object for as long as they are there. */
export interface Participant {
  /** That of the call; `owner` for the person at this page. */
  readonly id: string;
  /** Undefined for the owner. */
  readonly call: Call | undefined;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
  readonly role: ConferenceRole;
  readonly whisperTo: readonly Participant[];
  readonly muted: boolean;
  /** Of what they say, 0 to 8; 1 unless changed. */
  readonly gain: number;
  /** RMS of what they said in the last eighth of a second, as the others hear it, 0…1. */
  readonly level: number;
  readonly speaking: boolean;
  /** Of what is heard from them; undefined before it is known, and for the owner. */
  readonly quality: CallQuality | undefined;
}

/** A participant, as the conference holds it. */
export class Member implements Participant {
  readonly joinedAt = Date.now();
  role: ConferenceRole = "talk";
  whisperTo: readonly Member[] = [];
  muted = false;
  gain = 1;
  level = 0;
  speaking = false;
  quality: CallQuality | undefined;
  /** Takes away what listens to the call. */
  readonly leaving = new AbortController();

  constructor(
    readonly id: string,
    readonly call: Call | undefined,
    readonly place: ConferencePlace,
  ) {}

  get seated(): Seated {
    const { role, muted, gain, place } = this;
    return { port: place.port, role, muted, gain, whisperTo: this.whisperTo.map((member) => member.place.port) };
  }
}
