import type { TypedEventTarget } from "../../session/index.ts";
import type { Call } from "../call.ts";
import type { CallParty } from "../call-line.ts";
import { VoiceError } from "../voice-error.ts";
import type { PeerLeg } from "./peer-leg.ts";

/** What became of a call that rang here. */
export interface IncomingEnd {
  readonly outcome: "accepted" | "rejected" | "forwarded" | "missed";
  /** `cancelled`, `timeout`, or what it was rejected with. */
  readonly reason: string;
}

/** It does not ring any more. */
export class IncomingEndedEvent extends Event {
  constructor(readonly end: IncomingEnd) {
    super("ended");
  }
}

/** It waits in a queue, from 1; undefined when it has left it. */
export class IncomingPositionEvent extends Event {
  constructor(readonly position: number | undefined) {
    super("position");
  }
}

interface IncomingEventMap {
  ended: IncomingEndedEvent;
  position: IncomingPositionEvent;
}

export interface IncomingDetails {
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Another call is on, now. */
  readonly waiting: boolean;
  readonly timeoutMs: number;
  /** Makes the call that begins with this leg. */
  readonly take: (leg: PeerLeg) => Call;
}

const IncomingEvents = EventTarget as new () => TypedEventTarget<IncomingEventMap>;

/** A person rings. Accept, reject or forward it once; it ends by itself when nobody does, or when the person gives up. */
export class IncomingCall extends IncomingEvents {
  readonly id: string;
  readonly from: CallParty;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly receivedAt = Date.now();
  readonly #leg: PeerLeg;
  readonly #details: IncomingDetails;
  #end: IncomingEnd | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #position: number | undefined;
  #answerBy = 0;

  constructor(leg: PeerLeg, details: IncomingDetails) {
    super();
    this.#leg = leg;
    this.#details = details;
    this.id = leg.callId;
    this.from = leg.party;
    this.metadata = details.metadata;
    this.#watchTime();
    leg.listen({
      ended: ({ reason, by }) => {
        if (by !== "local") this.#finish({ outcome: "missed", reason: reason === "timeout" ? reason : "cancelled" });
      },
    });
  }

  /** Set once it does not ring any more. */
  get ended(): IncomingEnd | undefined {
    return this.#end;
  }

  /** Another call is on now: taking this one holds that one. */
  get waiting(): boolean {
    return this.#details.waiting;
  }

  /** In a queue, from 1. */
  get position(): number | undefined {
    return this.#position;
  }

  /** When it gives up by itself, epoch milliseconds. */
  get answerBy(): number {
    return this.#answerBy;
  }

  /** Takes it: from a click, so that the browser lets sound through. Throws `VoiceError` `call-state` where it does not ring any more. */
  accept(): Call {
    this.#assertRinging();
    this.#finish({ outcome: "accepted", reason: "accepted" });
    return this.#details.take(this.#leg);
  }

  /** `code` is told to the caller: `declined`, `busy`, or a word of your own. Does nothing where it does not ring any more. */
  reject(code = "declined", reason?: string): void {
    if (this.#end) return;
    this.#leg.reject(code, reason);
    this.#finish({ outcome: code === "timeout" || code === "do-not-disturb" ? "missed" : "rejected", reason: code });
  }

  /** Lets the caller call `target` instead. Does nothing where it does not ring any more. */
  forward(target: string, reason?: string): void {
    if (this.#end) return;
    this.#leg.redirect(target, reason);
    this.#finish({ outcome: "forwarded", reason: target });
  }

  /** Tells the caller that it rings; with a position, that it waits in a queue and for how many. The time to answer begins anew. */
  ring(position?: number): void {
    if (this.#end) return;
    this.#watchTime();
    this.#leg.ring(position);
    if (position === this.#position) return;
    this.#position = position;
    this.dispatchEvent(new IncomingPositionEvent(position));
  }

  #watchTime(): void {
    clearTimeout(this.#timer);
    const { timeoutMs } = this.#details;
    this.#answerBy = Date.now() + timeoutMs;
    this.#timer = setTimeout(() => this.reject("timeout"), timeoutMs);
  }

  #assertRinging(): void {
    if (!this.#end) return;
    const message = `This call does not ring any more: ${this.#end.reason}.`;
    throw new VoiceError("call-state", message, "Call back.");
  }

  #finish(end: IncomingEnd): void {
    if (this.#end) return;
    this.#end = end;
    clearTimeout(this.#timer);
    this.dispatchEvent(new IncomingEndedEvent(end));
  }
}
