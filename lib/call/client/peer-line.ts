import { maxIdLength, type SignalMessageOf } from "../../protocol/index.ts";
import type { Call } from "../call.ts";
import type { CallEnd } from "../call-events.ts";
import type { CallLine, CallLineHost, CallParty, LineStats } from "../call-line.ts";
import type { DtmfPress } from "../dtmf-sender.ts";
import { VoiceError } from "../voice-error.ts";
import type { Exchange } from "./exchange.ts";
import { GivenTransfer, transferFailed } from "./given-transfer.ts";
import type { KeptCall } from "./kept-calls.ts";
import { type LegEnd, PeerLeg } from "./peer-leg.ts";
import type { PeerMediaOptions } from "./peer-path.ts";
import { PeerSound, type PeerSoundOptions } from "./peer-sound.ts";
import { peerTransportStats } from "./peer-stats.ts";

export interface PeerLineOptions extends PeerMediaOptions, PeerSoundOptions {
  readonly exchange: Exchange;
  /** Whom to ring, or the leg that rang here and is taken. */
  readonly towards: string | PeerLeg;
  /** The leg is of a call that was on when this page was loaded again. */
  readonly resumes?: boolean;
  /** A page that is loaded again takes the call up. */
  readonly keep?: boolean | undefined;
  readonly request?: SignalMessageOf<"call-request">["data"];
  /** Whether the other side may make us call somebody else. */
  readonly mayTransfer?: ((target: string) => boolean) | undefined;
  /** The `callId` that somebody named is on the line of this call. */
  readonly callIdOf: (call: Call) => string | undefined;
}

/** Who redirects to who redirects … */
const maxRedirects = 5;

/**
 * The connection of a call with a person: one leg, which another one takes the place of when the call is redirected or transferred. Page, main
 * thread.
 */
export class PeerLine implements CallLine {
  readonly #host: CallLineHost;
  readonly #options: PeerLineOptions;
  readonly #exchange: Exchange;
  readonly #sound: PeerSound;
  readonly #given = new GivenTransfer();
  /** That sound goes over, or is about to for the first time. */
  #leg: PeerLeg | undefined;
  /** That is to take its place: a transfer under way. */
  #next: PeerLeg | undefined;
  /** With whom it begins: somebody to ring at, or a leg to take. */
  #towards: string | PeerLeg;
  #opened: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  #connected = false;
  #interrupted = false;
  /** A transfer has failed, and sound is on its way back: then it is told how the call goes on. */
  #staying: Promise<void> | undefined;
  #heldHere = false;
  #redirects = 0;
  #over = false;

  constructor(host: CallLineHost, options: PeerLineOptions) {
    this.#host = host;
    this.#options = options;
    this.#exchange = options.exchange;
    this.#sound = new PeerSound(host, options);
    this.#towards = options.towards;
    if (typeof options.towards !== "string") this.#leg = options.towards;
  }

  get party(): CallParty | undefined {
    const towards = this.#towards;
    return this.#leg?.party ?? (typeof towards === "string" ? { id: towards } : undefined);
  }

  /** Of the present leg. */
  get callId(): string | undefined {
    return this.#leg?.callId;
  }

  get kept(): boolean {
    return this.#options.keep === true && this.#connected && !this.#over;
  }

  /** What a page that is loaded again needs to go on; the other side waits for it from here on. Undefined where the call ends with this page. */
  leave(): Pick<KeptCall, "callId" | "party" | "role"> | undefined {
    const leg = this.#leg;
    if (!this.kept || !leg) return undefined;
    this.#next?.hangUp("page closed");
    leg.leave();
    return { callId: leg.callId, party: leg.party, role: leg.role };
  }

  /** Connected, and nothing is under way that would change with whom. */
  get ready(): boolean {
    return this.#connected && !this.#over && !this.#changing;
  }

  /** With whom it is may be about to change. */
  get #changing(): boolean {
    return this.#next !== undefined || this.#given.underWay;
  }

  /** Whether messages of this call are for this line. */
  has(callId: string): boolean {
    return this.#leg?.callId === callId || this.#next?.callId === callId;
  }

  /** Whom it rings at, or is about to once there is sound, and who has not answered. */
  get ringingAt(): string | undefined {
    if (!this.#opened && !this.#over && typeof this.#towards === "string") return this.#towards;
    return !this.#connected && this.#leg?.ringing ? this.#leg.party.id : undefined;
  }

  open(): Promise<void> {
    const opened = new Promise<void>((resolve, reject) => {
      this.#opened = { resolve, reject };
    });
    if (this.#over) return Promise.resolve();
    const towards = this.#towards;
    if (typeof towards === "string") this.#place(towards);
    else {
      this.#host.progress("connecting");
      this.#use(towards);
      if (this.#options.resumes) towards.resume();
      else towards.accept();
    }
    return opened;
  }

  /** The other side rings here while we ring there: whose id is smaller stays the caller, and the other's leg is this one. */
  adopt(leg: PeerLeg): void {
    if (!this.#opened) {
      this.#towards = leg;
      this.#leg = leg;
      return;
    }
    const given = this.#leg;
    this.#host.progress("connecting");
    this.#use(leg);
    given?.hangUp("glare");
    leg.accept();
  }

  /** Somebody takes the place of the other side (attended transfer). */
  takeOver(leg: PeerLeg): void {
    this.#moveTo(leg);
    leg.accept();
  }

  wake(): void {
    this.#leg?.connection?.networkChanged();
  }

  async hangUp(reason: string): Promise<void> {
    this.#over = true;
    this.#sound.close();
    this.#given.fail("The call was ended.");
    const towards = this.#towards;
    this.#next?.hangUp(reason);
    // Not taken, after all: the microphone may have been refused.
    if (typeof towards !== "string") towards.reject("unavailable", reason);
    this.#leg?.hangUp(reason);
    this.#opened?.reject(new VoiceError("call-cancelled", "The call was ended.", "Call again."));
  }

  press({ digit, pressed_at, released_at }: DtmfPress): boolean {
    return this.#leg?.connected === true && this.#sound.press(digit, released_at - pressed_at);
  }

  async ping(): Promise<number> {
    const figures = await this.#leg?.connection?.figures();
    if (figures?.rttMs === undefined)
      throw new VoiceError("call-state", "There is no connection.", "Wait until the call is connected.");
    return figures.rttMs;
  }

  async stats(): Promise<LineStats | undefined> {
    const figures = await this.#leg?.connection?.figures();
    return figures && peerTransportStats(figures);
  }

  setHeld(held: boolean): void {
    this.#heldHere = held;
    this.#leg?.setHeld(held);
  }

  addTrack(track: MediaStreamTrack): () => void {
    const connection = this.#leg?.connection;
    if (!connection) throw new VoiceError("call-state", "There is no connection.", "Wait until the call is connected.");
    return connection.addTrack(track);
  }

  transfer(target: string, attended: Call | undefined): Promise<void> {
    const leg = this.#leg;
    if (!leg || this.#changing || target === "" || target.length > maxIdLength) {
      return Promise.reject(transferFailed("There is nothing to transfer now."));
    }
    // Asked later, when nobody waits for it here any more, the other side would go all the same.
    if (!this.#exchange.online) return Promise.reject(transferFailed("There is no connection to the hub."));
    const replaces = attended && this.#options.callIdOf(attended);
    if (attended && replaces === undefined) {
      return Promise.reject(transferFailed("The call that was asked first is no call with a person."));
    }
    const done = this.#given.begin(() => this.#stays("Nobody answered."));
    this.#host.away("moved");
    leg.transfer(target, replaces);
    return done;
  }

  // ── the leg

  #place(target: string): void {
    const leg = this.#make(target);
    this.#use(leg);
    leg.request(this.#options.request ?? {});
  }

  #make(target: string): PeerLeg {
    const { relayOnly, codec } = this.#options;
    const callId = crypto.randomUUID();
    return new PeerLeg(this.#exchange, { callId, party: { id: target }, role: "caller", relayOnly, codec });
  }

  /** From here on this leg is the call. */
  #use(leg: PeerLeg): void {
    const before = this.#leg;
    this.#leg = leg;
    leg.listen({
      ringing: (position) => {
        if (leg === this.#leg && !this.#connected) this.#host.progress(position === undefined ? "ringing" : "queued");
      },
      accepted: (party) => {
        this.#host.partyChanged(party);
        if (!this.#connected) this.#host.progress("connecting");
      },
      connected: () => void this.#flows(leg),
      interrupted: () => {
        if (leg !== this.#leg || !this.#connected || this.#interrupted) return;
        this.#interrupted = true;
        if (!this.#changing && !this.#staying) this.#host.away("lost");
      },
      held: (held) => leg === this.#leg && this.#host.heldThere(held),
      transferRefused: () => leg === this.#leg && this.#stays("The other side could not be transferred."),
      pressed: (digits, audible) => this.#sound.told(digits, audible),
      track: (track) => this.#host.track(track),
      transfer: (target, replaces) => this.#transferredTo(target, replaces),
      ended: (end) => this.#legEnded(leg, end),
    });
    if (before && before.party.id !== leg.party.id) this.#host.partyChanged(leg.party);
  }

  /** Sound can flow (again). */
  async #flows(leg: PeerLeg): Promise<void> {
    const { connection } = leg;
    if (leg !== this.#leg || !connection || this.#over) return;
    if (this.#connected && !this.#interrupted && this.#sound.isOver(connection)) return;
    try {
      await this.#sound.join(leg);
    } catch (error) {
      if (!this.#over) leg.hangUp("no audio", failed(VoiceError.from(error)));
      return;
    }
    // While microphone and loudspeaker were on their way the page of the other side may have gone once more.
    if (this.#over || leg !== this.#leg || connection !== leg.connection) return;
    if (this.#connected && !this.#interrupted) return;
    this.#interrupted = false;
    this.#connected = true;
    if (!this.#changing && !this.#staying) this.#back(); // else that says how it goes on
    this.#opened?.resolve();
  }

  #legEnded(leg: PeerLeg, end: LegEnd): void {
    if (this.#over || leg !== this.#leg) return;
    if (end.redirect !== undefined && !this.#connected && this.#redirects++ < maxRedirects) {
      this.#place(end.redirect);
      return;
    }
    if (end.reason === "transferred") this.#given.succeed();
    else this.#given.fail("The call ended.");
    if (!this.#next) this.#finish(end); // else who transferred us has left: we go on
  }

  #finish({ reason, by, error }: LegEnd): void {
    this.#over = true;
    const told: CallEnd = error === undefined ? { reason, by } : { reason, by, error };
    this.#opened?.reject(error ?? new VoiceError("call-ended", `The call was not taken: ${reason}.`, "Call again."));
    this.#host.over(told);
  }

  /** There is sound (again). */
  #back(): void {
    const [name = "opus", rate = "48000", channels = "2"] = (this.#leg?.connection?.codec ?? "")
      .split("/")
      .filter(Boolean);
    const id = `${name}/${rate}/${channels}`;
    this.#host.back({ id, name, sample_rate: Number(rate), bit_depth: 16, channels: Number(channels) });
  }

  // ── transfers

  /** Of ours: everything stays as it was. */
  #stays(message: string): void {
    if (this.#given.fail(message)) void this.#stay();
  }

  /** The call goes on with whom it was with: as it is by now. */
  async #stay(): Promise<void> {
    const leg = this.#leg;
    const staying = leg ? this.#sound.join(leg) : Promise.resolve();
    this.#staying = staying;
    try {
      await staying;
    } catch (error) {
      if (!this.#over) leg?.hangUp("no audio", failed(VoiceError.from(error)));
      return;
    } finally {
      if (this.#staying === staying) this.#staying = undefined;
    }
    if (this.#over || leg !== this.#leg || this.#changing || this.#staying) return;
    if (leg?.connected && !this.#interrupted) this.#back();
    else {
      this.#interrupted = true;
      this.#host.away("lost");
    }
  }

  /** The other side wants us to talk to `target`. */
  #transferredTo(target: string, replaces: string | undefined): void {
    const { mayTransfer } = this.#options;
    if (this.#changing || target === this.#exchange.id || mayTransfer?.(target) === false) {
      this.#leg?.refuseTransfer();
      return;
    }
    const leg = this.#make(target);
    this.#moveTo(leg);
    leg.request({ ...this.#options.request, ...(replaces !== undefined && { replaces }) });
  }

  /** `next` takes the place of the present leg once sound can flow over it. */
  #moveTo(next: PeerLeg): void {
    this.#host.away("moved");
    this.#await(next);
  }

  #await(next: PeerLeg): void {
    this.#next = next;
    next.listen({
      connected: () => void this.#moved(next),
      ended: (end) => {
        if (this.#next !== next || this.#over) return;
        this.#next = undefined;
        if (end.redirect !== undefined && this.#redirects++ < maxRedirects) {
          const leg = this.#make(end.redirect);
          this.#await(leg);
          leg.request(this.#options.request ?? {});
        } else if (this.#leg?.ended) this.#finish({ ...end, reason: "transfer-failed" });
        else {
          this.#leg?.refuseTransfer();
          void this.#stay();
        }
      },
    });
  }

  async #moved(next: PeerLeg): Promise<void> {
    if (this.#next !== next || this.#over) return;
    const before = this.#leg;
    try {
      await this.#sound.join(next);
    } catch (error) {
      next.hangUp("no audio", failed(VoiceError.from(error)));
      return;
    }
    if (this.#over || this.#next !== next) return;
    this.#next = undefined;
    this.#interrupted = false;
    this.#use(next);
    before?.hangUp("transferred");
    this.#host.heldThere(false);
    if (this.#heldHere) next.setHeld(true); // who is new does not know
    this.#back();
  }
}

const failed = (error: VoiceError): LegEnd => ({ reason: error.code, by: "error", error });
