import type { SignalMessage, SignalMessageOf } from "../../protocol/signal/index.ts";
import type { PeerConnection, PeerSignal } from "../../transport/peer/index.ts";
import type { CallParty } from "../call-line.ts";
import { VoiceError } from "../voice-error.ts";
import type { Exchange } from "./exchange.ts";
import { type PeerMediaOptions, PeerPath } from "./peer-path.ts";

/** How and why a leg ended. Exactly one per leg. */
export interface LegEnd {
  readonly reason: string;
  readonly by: "local" | "remote" | "network" | "error";
  /** Call this one instead. */
  readonly redirect?: string;
  readonly error?: VoiceError;
}

export interface PeerLegListener {
  /** `position`: in a queue, from 1. */
  ringing?(position: number | undefined): void;
  accepted?(party: CallParty): void;
  /** Sound can flow; told again after each `interrupted`. */
  connected?(): void;
  interrupted?(): void;
  held?(held: boolean): void;
  /** The other side stays with us. */
  transferRefused?(): void;
  /** Keys were told in words. `audible`: they are heard by themselves. */
  pressed?(digits: string, audible: boolean): void;
  track?(track: MediaStreamTrack): void;
  /** The other side wants us to call `target` in its place. */
  transfer?(target: string, replaces: string | undefined): void;
  ended(end: LegEnd): void;
}

export interface PeerLegOptions extends PeerMediaOptions {
  readonly callId: string;
  readonly party: CallParty;
  /** Who rang whom; the caller makes the first offer. */
  readonly role: "caller" | "callee";
  /** The call was on when this page was loaded again: `resume` follows. */
  readonly kept?: boolean;
}

/** From an accepted call to the first sound. */
const connectMs = 20_000;
/** The hub ends what rings for too long; this is for one that is gone. */
const ringSlackMs = 5000;
/** A page that was loaded again has to be there before the hub gives up waiting for it. */
const reloadMs = 30_000;

/** `waiting`: for the page of the other side, which is being loaded. `resuming`: it is to hear that this page is there again. */
type Phase = "new" | "ringing" | "connecting" | "connected" | "waiting" | "resuming" | "ended";

/**
 * Two people and one `callId`: from the first ring over the hub to the end of the sound between them. Ends exactly once. Page, main thread.
 */
export class PeerLeg {
  readonly callId: string;
  readonly role: "caller" | "callee";
  #party: CallParty;
  readonly #exchange: Exchange;
  readonly #path: PeerPath;
  readonly #detach: () => void;
  #listener: PeerLegListener | undefined;
  #phase: Phase = "new";
  /** There was sound: now, or on the page before this one. */
  #established: boolean;
  /** The other side said that its page is there again, before this one did. */
  #firstThere = false;
  #resumed = false;
  #heldHere = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: LegEnd | undefined;

  /** Hears of its call from here on. */
  constructor(exchange: Exchange, options: PeerLegOptions) {
    this.#exchange = exchange;
    this.callId = options.callId;
    this.role = options.role;
    this.#party = options.party;
    this.#established = options.kept ?? false;
    if (options.kept) this.#phase = "resuming";
    const { relayOnly, codec, role } = options;
    this.#path = new PeerPath({
      ...{ offers: role === "caller", relayOnly, codec },
      send: (message) => this.#send(message),
      changed: (state) => this.#changed(state),
      failed: (error) => this.#fail(VoiceError.from(error)),
      track: (track) => this.#listener?.track?.(track),
    });
    this.#detach = exchange.attach(options.callId, (message) => this.#take(message));
  }

  get party(): CallParty {
    return this.#party;
  }

  /** It rings at the other side, and was not taken yet. */
  get ringing(): boolean {
    return this.#phase === "ringing";
  }

  get ended(): LegEnd | undefined {
    return this.#end;
  }

  /** Sound can flow now. */
  get connected(): boolean {
    return this.#phase === "connected";
  }

  /** While there is sound. */
  get connection(): PeerConnection | undefined {
    return this.#path.connection;
  }

  /** One at a time. Told at once where the end came before it. */
  listen(listener: PeerLegListener): void {
    this.#listener = listener;
    if (this.#end) listener.ended(this.#end);
  }

  /** Rings at the other side. */
  request(data: SignalMessageOf<"call-request">["data"]): void {
    this.#phase = "ringing";
    this.#send({ type: "call-request", data });
    this.#limit(this.#exchange.ringTimeoutMs + ringSlackMs, () => {
      this.hangUp("timeout", { reason: "timeout", by: "remote" });
    });
  }

  /** Says that it rings here, or that it waits in a queue. */
  ring(position?: number): void {
    if (this.#phase === "new") this.#send({ type: "call-ringing", data: position === undefined ? {} : { position } });
  }

  /** Takes the call; `connected` follows. */
  accept(): void {
    if (this.#phase !== "new") return;
    const { displayName } = this.#exchange;
    this.#send({ type: "call-accept", data: displayName === undefined ? {} : { displayName } });
    this.#connect();
  }

  /** Of a call that was not taken. */
  reject(code: string, reason?: string): void {
    if (this.#phase !== "new") return;
    this.#send({ type: "call-reject", data: { code, ...(reason !== undefined && { reason }) } });
    this.#finish({ reason: code, by: "local" });
  }

  /** Of a call that was not taken: who calls is to call `target`. */
  redirect(target: string, reason?: string): void {
    if (this.#phase !== "new") return;
    this.#send({ type: "call-redirect", data: { target, ...(reason !== undefined && { reason }) } });
    this.#finish({ reason: "redirected", by: "local" });
  }

  /** Tells the other side, and ends. Idempotent. */
  hangUp(reason: string, end: LegEnd = { reason, by: "local" }): void {
    if (this.#end) return;
    this.#send({ type: "hangup", data: { reason } });
    this.#finish(end);
  }

  /** This page is about to be loaded again. */
  leave(): void {
    if (this.#established && !this.#end) this.#send({ type: "call-resume", data: { leaving: true } });
  }

  /** Goes on with the call of a page before this one; `connected` follows. */
  resume(): void {
    if (this.#phase !== "resuming") return;
    this.#resumed = true;
    this.#send({ type: "call-resume", data: {} });
    if (this.#firstThere) this.#connect();
    else this.#limit(connectMs, () => this.#fail(lost()));
  }

  setHeld(held: boolean): void {
    this.#heldHere = held;
    if (!this.#end) this.#send({ type: "hold", data: { held } });
  }

  /** Of a transfer that the other side asked for: the call goes on as it is. */
  refuseTransfer(): void {
    if (!this.#end) this.#send({ type: "hold", data: { held: this.#heldHere, transfer: "refused" } });
  }

  /** A key, in words. `audible`: it is heard by itself. */
  tellKey(digit: string, audible: boolean): void {
    if (!this.#end) this.#send({ type: "dtmf", data: { digits: digit, ...(audible && { audible }) } });
  }

  /** Asks the other side to call `target` in our place. */
  transfer(target: string, replaces: string | undefined): void {
    this.#send({ type: "call-transfer", data: { target, ...(replaces !== undefined && { replaces }) } });
  }

  #take(message: SignalMessage): void {
    if (this.#end || message.from === this.#exchange.id) return;
    switch (message.type) {
      case "call-ringing":
        if (this.#phase !== "ringing") return;
        this.#limit(this.#exchange.ringTimeoutMs + ringSlackMs, () => {
          this.hangUp("timeout", { reason: "timeout", by: "remote" });
        });
        this.#listener?.ringing?.(message.data.position);
        return;
      case "call-accept":
        if (this.#phase !== "ringing") return;
        this.#party = { ...this.#party, ...nameOf(message.data) };
        this.#listener?.accepted?.(this.#party);
        this.#connect();
        return;
      case "call-reject":
        if (this.#phase === "ringing") this.#finish({ reason: message.data.code, by: "remote" });
        return;
      case "call-redirect":
        if (this.#phase !== "ringing") return;
        this.#finish({ reason: "redirected", by: "remote", redirect: message.data.target });
        return;
      case "offer":
      case "answer":
        this.#signal({ type: message.type, sdp: message.data.sdp });
        return;
      case "candidate":
        this.#signal({ type: "candidate", candidate: message.data as RTCIceCandidateInit | null });
        return;
      case "hangup":
        this.#finish({ reason: message.data.reason ?? "normal", by: "remote" });
        return;
      case "call-resume":
        if (message.data.leaving) this.#wait();
        else this.#resumedThere();
        return;
      case "hold":
        this.#listener?.held?.(message.data.held);
        if (message.data.transfer === "refused") this.#listener?.transferRefused?.();
        return;
      case "dtmf":
        this.#listener?.pressed?.(message.data.digits, message.data.audible ?? false);
        return;
      case "call-transfer":
        if (this.#phase === "connected") this.#listener?.transfer?.(message.data.target, message.data.replaces);
        return;
      case "error":
        // Of a call that goes on, the other side may be away for a moment: its connection says when it is gone.
        if (this.#phase === "ringing") this.#finish({ reason: message.data.code, by: "remote" });
        else if (this.#phase === "resuming") this.#finish({ reason: "session-lost", by: "remote", error: lost() });
    }
  }

  /** The page of the other side is being loaded again. */
  #wait(): void {
    if (!this.#established || this.#phase === "resuming") return;
    this.#path.drop();
    this.#phase = "waiting";
    this.#limit(reloadMs, () => this.#fail(lost()));
    this.#listener?.interrupted?.();
  }

  /** The page of the other side is there (again). */
  #resumedThere(): void {
    if (!this.#established) return;
    if (this.#phase === "resuming" && !this.#resumed) {
      this.#firstThere = true;
      return;
    }
    if (this.#phase !== "resuming") {
      this.#path.drop();
      this.#send({ type: "call-resume", data: {} });
      if (this.#heldHere) this.setHeld(true);
      this.#listener?.interrupted?.();
    }
    this.#connect();
  }

  #signal(signal: PeerSignal): void {
    if (this.#phase !== "waiting" && this.#phase !== "resuming") this.#path.take(signal);
  }

  #connect(): void {
    this.#phase = "connecting";
    this.#limit(connectMs, () => this.#fail(noSound()));
    void this.#exchange.iceServers().then((iceServers) => {
      if (this.#phase !== "connecting") return;
      try {
        this.#path.open(iceServers);
      } catch (error) {
        this.#fail(VoiceError.from(error));
      }
    });
  }

  #changed(state: "connected" | "interrupted" | "lost"): void {
    if (this.#end) return;
    if (state === "connected") {
      clearTimeout(this.#timer);
      this.#phase = "connected";
      this.#established = true;
      this.#listener?.connected?.();
    } else if (state === "interrupted") {
      if (this.#phase === "connected") this.#listener?.interrupted?.();
    } else this.#fail(noSound());
  }

  #fail(error: VoiceError): void {
    if (this.#established) this.hangUp("connection lost", { reason: "session-lost", by: "network", error: lost() });
    else this.hangUp("no connection", { reason: error.code, by: "error", error });
  }

  #limit(ms: number, run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, ms);
  }

  #send(message: Outgoing): void {
    this.#exchange.send({ ...message, to: this.#party.id, callId: this.callId } as SignalMessage);
  }

  #finish(end: LegEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#phase = "ended";
    clearTimeout(this.#timer);
    this.#detach();
    this.#path.close();
    this.#listener?.ended(end);
  }
}

type Outgoing = SignalMessage extends infer M ? (M extends SignalMessage ? Pick<M, "type" | "data"> : never) : never;

const nameOf = ({ displayName }: { readonly displayName?: string | undefined }) =>
  displayName === undefined ? {} : { displayName };

const noSound = () =>
  new VoiceError(
    "transport-media",
    "The two networks let no sound through.",
    "Try another network, or let the site's owner set up a TURN server.",
  );

const lost = () =>
  new VoiceError("session-lost", "The connection to the other side was lost.", "Check the network and call again.");
