import { maxIdLength, type SignalMessageOf } from "../../protocol/index.ts";
import type { PeerConnection } from "../../transport/peer/index.ts";
import type { Call } from "../call.ts";
import type { CallEnd } from "../call-events.ts";
import type { CallLine, CallLineHost, CallParty, LineStats } from "../call-line.ts";
import type { AssetUrls } from "../call-options.ts";
import type { DtmfPress } from "../dtmf-sender.ts";
import { VoiceError } from "../voice-error.ts";
import type { Exchange } from "./exchange.ts";
import type { KeptCall } from "./kept-calls.ts";
import { type KeyWay, PeerKeys } from "./peer-keys.ts";
import { type LegEnd, PeerLeg, type PeerMediaOptions } from "./peer-leg.ts";
import { peerTransportStats } from "./peer-stats.ts";

export interface PeerLineOptions extends PeerMediaOptions {
  readonly exchange: Exchange;
  /** Whom to ring, or the leg that rang here and is taken. */
  readonly towards: string | PeerLeg;
  /** The leg is of a call that was on when this page was loaded again. */
  readonly resumes?: boolean;
  /** A page that is loaded again takes the call up. */
  readonly keep?: boolean | undefined;
  readonly request?: SignalMessageOf<"call-request">["data"];
  readonly dtmf?: KeyWay | undefined;
  readonly detectDtmf?: boolean | undefined;
  readonly assets?: AssetUrls | undefined;
  /** Whether the other side may make us call somebody else. */
  readonly mayTransfer?: ((target: string) => boolean) | undefined;
  /** The `callId` that somebody named is on the line of this call. */
  readonly callIdOf: (call: Call) => string | undefined;
}

/** Who redirects to who redirects … */
const maxRedirects = 5;
const transferMs = 45_000;

/**
 * The connection of a call with a person: one leg, which another one takes the place of when the call is redirected or transferred. Page, main
 * thread.
 */
export class PeerLine implements CallLine {
  readonly #host: CallLineHost;
  readonly #options: PeerLineOptions;
  readonly #exchange: Exchange;
  /** That sound goes over, or is about to for the first time. */
  #leg: PeerLeg | undefined;
  /** That is to take its place: a transfer under way. */
  #next: PeerLeg | undefined;
  /** With whom it begins: somebody to ring at, or a leg to take. */
  #towards: string | PeerLeg;
  #opened: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  #connected = false;
  /** Over which microphone and loudspeaker go. */
  #joined: PeerConnection | undefined;
  #keys: PeerKeys | undefined;
  #interrupted = false;
  #redirects = 0;
  #transferring: { resolve: () => void; reject: (error: VoiceError) => void } | undefined;
  #transferTimer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(host: CallLineHost, options: PeerLineOptions) {
    this.#host = host;
    this.#options = options;
    this.#exchange = options.exchange;
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
    return this.#connected && !this.#over && !this.#next && !this.#transferring;
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
    this.#keys?.close();
    clearTimeout(this.#transferTimer);
    this.#transferring?.reject(transferFailed("The call was ended."));
    const towards = this.#towards;
    this.#next?.hangUp(reason);
    // Not taken, after all: the microphone may have been refused.
    if (typeof towards !== "string") towards.reject("unavailable", reason);
    this.#leg?.hangUp(reason);
    this.#opened?.reject(new VoiceError("call-cancelled", "The call was ended.", "Call again."));
  }

  press({ digit, pressed_at, released_at }: DtmfPress): boolean {
    if (!this.#leg?.connected || !this.#keys) return false;
    this.#keys.press(digit, released_at - pressed_at);
    return true;
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
    this.#leg?.setHeld(held);
  }

  addTrack(track: MediaStreamTrack): () => void {
    const connection = this.#leg?.connection;
    if (!connection) throw new VoiceError("call-state", "There is no connection.", "Wait until the call is connected.");
    return connection.addTrack(track);
  }

  transfer(target: string, attended: Call | undefined): Promise<void> {
    const leg = this.#leg;
    if (!leg || this.#transferring || this.#next || target === "" || target.length > maxIdLength) {
      return Promise.reject(transferFailed("There is nothing to transfer now."));
    }
    const replaces = attended && this.#options.callIdOf(attended);
    if (attended && replaces === undefined) {
      return Promise.reject(transferFailed("The call that was asked first is no call with a person."));
    }
    const done = new Promise<void>((resolve, reject) => {
      this.#transferring = { resolve, reject };
    });
    this.#host.away("moved");
    this.#transferTimer = setTimeout(() => this.#stays("Nobody answered."), transferMs);
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
        if (leg !== this.#leg || !this.#connected || this.#interrupted || this.#next || this.#transferring) return;
        this.#interrupted = true;
        this.#host.away("lost");
      },
      held: (held) => {
        if (leg !== this.#leg) return;
        if (this.#transferring && !held) this.#stays("The other side could not be transferred.");
        else this.#host.heldThere(held);
      },
      pressed: (digits, audible) => {
        if (this.#keys) this.#keys.told(digits, audible);
        else for (const digit of digits) this.#host.pressed(digit, audible);
      },
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
    const back = !this.#connected || this.#interrupted;
    if (!back && connection === this.#joined) return;
    try {
      if (connection !== this.#joined) await this.#join(leg);
    } catch (error) {
      if (!this.#over) leg.hangUp("no audio", failed(VoiceError.from(error)));
      return;
    }
    // While microphone and loudspeaker were on their way the page of the other side may have gone once more.
    if (this.#over || connection !== leg.connection || !back) return;
    this.#interrupted = false;
    this.#connected = true;
    this.#back();
    this.#opened?.resolve();
  }

  /** Microphone and loudspeaker go over this leg from here on. */
  async #join(leg: PeerLeg): Promise<void> {
    const { connection } = leg;
    if (!connection) return;
    const track = await this.#host.prepareTracks(connection);
    await connection.sendTrack(track);
    this.#joined = connection;
    this.#keys?.close();
    if (this.#over) return;
    const { dtmf, detectDtmf, assets } = this.#options;
    this.#keys = new PeerKeys({
      ...{ connection, track, way: dtmf, listens: detectDtmf, assets },
      tell: (digit, audible) => leg.tellKey(digit, audible),
      pressed: (digit, audible) => this.#host.pressed(digit, audible),
    });
  }

  #legEnded(leg: PeerLeg, end: LegEnd): void {
    if (this.#over || leg !== this.#leg) return;
    if (end.redirect !== undefined && !this.#connected && this.#redirects++ < maxRedirects) {
      this.#place(end.redirect);
      return;
    }
    const given = this.#transferring;
    this.#transferring = undefined;
    if (end.reason === "transferred" && given) {
      clearTimeout(this.#transferTimer);
      given.resolve();
    } else given?.reject(transferFailed("The call ended."));
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
    clearTimeout(this.#transferTimer);
    const given = this.#transferring;
    this.#transferring = undefined;
    if (!given || this.#over) return;
    this.#back();
    given.reject(transferFailed(message));
  }

  /** The other side wants us to talk to `target`. */
  #transferredTo(target: string, replaces: string | undefined): void {
    const { mayTransfer } = this.#options;
    const refused = this.#next || this.#transferring || target === this.#exchange.id || mayTransfer?.(target) === false;
    if (refused) {
      this.#leg?.setHeld(false);
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
          this.#leg?.setHeld(false);
          this.#back();
        }
      },
    });
  }

  async #moved(next: PeerLeg): Promise<void> {
    if (this.#next !== next || this.#over) return;
    const before = this.#leg;
    try {
      await this.#join(next);
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
    this.#back();
  }
}

const failed = (error: VoiceError): LegEnd => ({ reason: error.code, by: "error", error });

const transferFailed = (message: string): VoiceError =>
  new VoiceError("transfer-failed", message, "Go on talking, or try another target.");
