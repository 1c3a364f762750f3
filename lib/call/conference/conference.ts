import type { ConferenceAudio, ConferenceAudioOptions, DeviceManager, MicrophoneOptions } from "../../audio/index.ts";
import type { TypedEventTarget } from "../../session/index.ts";
import type { Call } from "../call.ts";
import { CallWarningClearEvent, CallWarningEvent } from "../call-events.ts";
import { VoiceError } from "../voice-error.ts";
import { ActiveSpeaker } from "./active-speaker.ts";
import {
  ActiveSpeakerEvent,
  ConferenceChangeEvent,
  ConferenceEndedEvent,
  type ConferenceEventMap,
  ConferenceJoinEvent,
  ConferenceLeaveEvent,
  ConferenceLevelEvent,
} from "./conference-events.ts";
import { Member, type Participant } from "./participant.ts";
import { routesOf } from "./routes.ts";

/** `talk`: with microphone and loudspeaker; `listen`: with the loudspeaker; `away`: the others are among themselves. */
export type OwnerPlace = "talk" | "listen" | "away";

/** Where the owner is in a `Conference`, with which devices, and how many may join. */
export interface ConferenceOptions {
  /** Where the person at this page is in it; `talk` unless told. */
  readonly owner?: OwnerPlace;
  /** The owner's, while talking: by constraints, or a stream of your own. */
  readonly microphone?: MicrophoneOptions | MediaStream;
  readonly devices?: DeviceManager;
  /** Where a site with a strict content security policy serves the files itself. Left out, they are inlined. */
  readonly assets?: NonNullable<ConferenceAudioOptions["assets"]>;
  /** The owner included. Default 10, at most 16. */
  readonly maxParticipants?: number;
}

/** A participant, its call, or the identifier of either. */
export type Who = Participant | Call | string;

/** Of `conference.end()`. */
export interface EndOptions {
  /** The calls are not hung up, but go on, each with the owner alone. */
  readonly keepCalls?: boolean;
}

const ConferenceEvents = EventTarget as new () => TypedEventTarget<ConferenceEventMap>;
const OWNER = "owner";

/**
 * Calls of any kind, mixed in this page: everyone hears all the others and not itself. A call that ends leaves by itself; a call that leaves goes
 * back to microphone and loudspeaker. Nothing is opened before the first `join` or `open`; `end` gives everything back. Methods throw
 * `VoiceError`: `conference-ended`, `conference-locked`, `conference-full`, `conference-participant` (not in this conference), or what the
 * devices and the page's policy say.
 */
export class Conference extends ConferenceEvents {
  readonly id = crypto.randomUUID();
  readonly #options: ConferenceOptions;
  readonly #members = new Map<string, Member>();
  /** Calls on their way in. */
  readonly #joining = new Map<Call, Promise<Member>>();
  readonly #speaker = new ActiveSpeaker();
  #locked = false;
  #owner: OwnerPlace;
  #active: Member | undefined;
  #opening: Promise<ConferenceAudio> | undefined;
  #audio: ConferenceAudio | undefined;
  #ending: Promise<void> | undefined;

  constructor(options: ConferenceOptions = {}) {
    super();
    this.#options = options;
    this.#owner = options.owner ?? "talk";
  }

  /** The owner first, where there is one; then in the order of their coming. A new array each time. */
  get participants(): readonly Participant[] {
    return [...this.#members.values()].sort((one, other) => Number(other.id === OWNER) - Number(one.id === OWNER));
  }

  get owner(): OwnerPlace {
    return this.#owner;
  }

  get locked(): boolean {
    return this.#locked;
  }

  get ended(): boolean {
    return this.#ending !== undefined;
  }

  get activeSpeaker(): Participant | undefined {
    return this.#active;
  }

  /** What the owner hears, for meters and recorders; undefined while the owner is away. */
  get outputNode(): AudioNode | undefined {
    return this.#audio?.owner?.outputNode;
  }

  /** Undefined where it is not in this conference. */
  find(who: Who): Participant | undefined {
    return this.#members.get(typeof who === "string" ? who : who.id);
  }

  /** Loads the mixer and seats the owner; call it from a click. `join` does it as well. Idempotent. */
  async open(): Promise<void> {
    await this.#open();
  }

  /**
   * Takes a call that is connected into the conference, off hold where it was held here. Idempotent. Throws also `call-state`, and
   * `conference-call` where the call is in another conference.
   */
  async join(call: Call): Promise<Participant> {
    const there = this.#members.get(call.id) ?? this.#joining.get(call);
    if (there) return there;
    this.#assertOpen();
    if (this.#locked) throw refused("conference-locked", "The conference is locked.", "Unlock it, then join again.");
    const { maxParticipants = 10 } = this.#options;
    const seats = this.#members.size + this.#joining.size + (this.#audio || this.#owner === "away" ? 0 : 1);
    if (seats >= maxParticipants) {
      throw refused(
        "conference-full",
        `The conference has its ${maxParticipants} participants.`,
        "Let somebody leave first.",
      );
    }
    if (call.bridged) {
      throw refused("conference-call", "The call is in another conference.", "Let it leave that one first.");
    }
    const joining = this.#join(call);
    this.#joining.set(call, joining);
    try {
      return await joining;
    } finally {
      this.#joining.delete(call);
    }
  }

  /** The call leaves, and goes on with the owner alone. */
  async leave(who: Who): Promise<void> {
    const member = this.#member(who);
    if (!member.call) return this.setOwner("away");
    await this.#remove(member, "left");
  }

  /** Ends the call. */
  async kick(who: Who, reason = "kicked"): Promise<void> {
    const member = this.#member(who);
    if (!member.call) return this.setOwner("away");
    await Promise.all([this.#remove(member, "kicked"), member.call.hangUp(reason)]);
  }

  /** Nobody joins any more. */
  lock(): void {
    this.#setLocked(true);
  }

  unlock(): void {
    this.#setLocked(false);
  }

  /** Nobody hears them any more; they hear the others. */
  mute(who: Who): void {
    this.#change(this.#member(who), { muted: true });
  }

  unmute(who: Who): void {
    this.#change(this.#member(who), { muted: false });
  }

  /** Everyone but the owner, and those in `except`. */
  muteAll({ except = [] }: { readonly except?: readonly Who[] } = {}): void {
    const spared = except.map((who) => this.#member(who));
    for (const member of this.#members.values())
      if (member.call && !spared.includes(member)) this.#change(member, { muted: true });
  }

  unmuteAll(): void {
    for (const member of this.#members.values()) this.#change(member, { muted: false });
  }

  /** Of what they say, for the others: 0 to 8. */
  setGain(who: Who, gain: number): void {
    this.#change(this.#member(who), { gain: Math.min(Math.max(gain, 0), 8) });
  }

  /** Heard by everybody, as at the beginning. */
  talk(who: Who): void {
    this.#change(this.#member(who), { role: "talk", whisperTo: [] });
  }

  /** Hears everybody, heard by nobody. */
  listenOnly(who: Who): void {
    this.#change(this.#member(who), { role: "listen", whisperTo: [] });
  }

  /** Hears everybody, and is heard by `to` alone: a supervisor who helps one side. */
  whisper(who: Who, to: readonly Who[]): void {
    const whisperTo = to.map((one) => this.#member(one));
    this.#change(this.#member(who), { role: "whisper", whisperTo });
  }

  /** The owner takes part, listens or is away: microphone and loudspeaker are opened and given back. Rejects as `open`; then nothing has changed. */
  async setOwner(place: OwnerPlace): Promise<void> {
    this.#assertOpen();
    const before = this.#owner;
    this.#owner = place;
    try {
      if (this.#opening) await this.#seatOwner(await this.#opening);
    } catch (error) {
      this.#owner = before;
      throw VoiceError.from(error);
    }
    this.dispatchEvent(new ConferenceChangeEvent(this.#members.get(OWNER)));
  }

  /** Of the loudspeaker, 0 to 1. */
  setVolume(volume: number): void {
    this.#audio?.owner?.setVolume(volume);
  }

  /** Hangs up all calls, unless they are to be kept. Idempotent; resolves when everything is given back. */
  end(options: EndOptions = {}): Promise<void> {
    this.#ending ??= this.#end(options);
    return this.#ending;
  }

  async #end({ keepCalls = false }: EndOptions): Promise<void> {
    await undefined; // `#ending` is set from here on
    await Promise.allSettled(this.#joining.values());
    const members = [...this.#members.values()];
    await Promise.all(
      members.map(async (member) => {
        if (!member.call) return;
        const removed = this.#remove(member, keepCalls ? "left" : "ended");
        await Promise.all([removed, keepCalls ? undefined : member.call.hangUp("conference ended")]);
      }),
    );
    const audio = await this.#opening?.catch(() => undefined);
    await audio?.close();
    const owner = this.#members.get(OWNER);
    if (owner) this.#forget(owner, "left");
    this.dispatchEvent(new ConferenceEndedEvent());
  }

  #open(): Promise<ConferenceAudio> {
    if (this.#ending) return Promise.reject(over());
    if (!this.#opening) {
      const opening = this.#openAudio();
      this.#opening = opening;
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
    }
    return this.#opening;
  }

  async #openAudio(): Promise<ConferenceAudio> {
    const { assets, devices } = this.#options;
    let audio: ConferenceAudio | undefined;
    try {
      // In a script of its own, with the mixer: no page waits for it that has no conference.
      const { ConferenceAudio } = await import("../../audio/conference-audio.ts");
      audio = await ConferenceAudio.open({
        ...(assets && { assets }),
        ...(devices && { devices }),
        onReport: ({ seconds, levels, speaking }) => this.#heard(seconds, levels, speaking),
      });
      await this.#seatOwner(audio);
    } catch (error) {
      await audio?.close();
      throw VoiceError.from(error);
    }
    this.#audio = audio;
    return audio;
  }

  async #seatOwner(audio: ConferenceAudio): Promise<void> {
    const { microphone = {} } = this.#options;
    const place = await audio.seat(this.#owner === "talk" ? microphone : this.#owner === "listen" ? false : undefined);
    const before = this.#members.get(OWNER);
    if (before && before.place !== place) this.#forget(before, "left");
    if (!place) {
      if (this.#owner === "away") return;
      throw refused("conference-full", "There is no place for the owner.", "Let somebody leave first.");
    }
    if (before?.place === place) return;
    audio.owner?.addEventListener("warning", ({ warning }) => this.dispatchEvent(new CallWarningEvent(warning)));
    audio.owner?.addEventListener("warningclear", ({ code }) => this.dispatchEvent(new CallWarningClearEvent(code)));
    this.#enter(new Member(OWNER, undefined, place));
  }

  async #join(call: Call): Promise<Member> {
    const audio = await this.#open();
    const place = audio.take();
    if (!place) throw refused("conference-full", "The mixer has no place left.", "Let somebody leave first.");
    const member = new Member(call.id, call, place);
    try {
      place.speak(await call.bridge(place.mix));
      if (call.ended) throw new VoiceError("call-state", "The call is over.", "Join calls that are connected.");
      if (this.#ending) {
        await call.bridge(undefined);
        throw over();
      }
    } catch (error) {
      await place.leave();
      throw error;
    }
    const { signal } = member.leaving;
    call.addEventListener("ended", () => void this.#remove(member, "ended"), { signal });
    call.addEventListener("quality", ({ quality }) => void Object.assign(member, { quality }), { signal });
    this.#enter(member);
    if (call.held.here) await call.resume().catch(() => undefined); // without a connection it stays held, and can be resumed later
    return member;
  }

  #enter(member: Member): void {
    this.#members.set(member.id, member);
    this.#route();
    this.dispatchEvent(new ConferenceJoinEvent(member));
  }

  async #remove(member: Member, reason: ConferenceLeaveEvent["reason"]): Promise<void> {
    if (this.#members.get(member.id) !== member) return;
    this.#forget(member, reason);
    await Promise.all([member.place.leave(), member.call?.bridge(undefined).catch(() => undefined)]); // a call that is over has nothing to give back
  }

  #forget(member: Member, reason: ConferenceLeaveEvent["reason"]): void {
    member.leaving.abort();
    this.#members.delete(member.id);
    for (const other of this.#members.values())
      other.whisperTo = other.whisperTo.filter((listener) => listener !== member);
    this.#route();
    member.level = 0;
    member.speaking = false;
    if (this.#active === member) this.#setActive(undefined);
    this.dispatchEvent(new ConferenceLeaveEvent(member, reason));
  }

  #change(member: Member, changes: Partial<Pick<Member, "muted" | "gain" | "role" | "whisperTo">>): void {
    this.#assertOpen();
    Object.assign(member, changes);
    if (!member.call) this.#audio?.owner?.setMuted(member.muted).catch(() => {}); // so that a person who talks unheard is told
    this.#route();
    this.dispatchEvent(new ConferenceChangeEvent(member));
  }

  #route(): void {
    const members = [...this.#members.values()];
    const routes = routesOf(members.map(({ seated }) => seated));
    for (const { place } of members) place.route(routes.get(place.port)!);
  }

  #heard(seconds: number, levels: Float32Array, speaking: number): void {
    const members = [...this.#members.values()];
    for (const member of members) {
      const { port } = member.place;
      member.level = levels[port] ?? 0;
      member.speaking = (speaking & (1 << port)) !== 0;
    }
    this.dispatchEvent(new ConferenceLevelEvent());
    // Who whispers is not to be shown to all.
    const id = this.#speaker.update(
      seconds,
      members.filter(({ role }) => role === "talk"),
    );
    this.#setActive(id === undefined ? undefined : this.#members.get(id));
  }

  #setActive(member: Member | undefined): void {
    if (member === this.#active) return;
    this.#active = member;
    this.dispatchEvent(new ActiveSpeakerEvent(member));
  }

  #setLocked(locked: boolean): void {
    this.#assertOpen();
    if (locked === this.#locked) return;
    this.#locked = locked;
    this.dispatchEvent(new ConferenceChangeEvent(undefined));
  }

  #member(who: Who): Member {
    this.#assertOpen();
    const member = this.#members.get(typeof who === "string" ? who : who.id);
    if (member) return member;
    throw refused("conference-participant", "They are not in this conference.", "Look at its participants.");
  }

  #assertOpen(): void {
    if (this.#ending) throw over();
  }
}

const refused = (code: string, message: string, action: string) => new VoiceError(code, message, action);
const over = () => refused("conference-ended", "The conference is over.", "Start another one.");
