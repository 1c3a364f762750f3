import { randomUUID, timingSafeEqual } from "node:crypto";
import {
  encodePlain,
  encodeSignal,
  type PresenceStatus,
  SignalInbox,
  type SignalMessage,
  SignalOutbox,
} from "../../protocol/index.ts";
import type { TokenBucket } from "../token-bucket.ts";
import type { HubCall } from "./call-table.ts";

/** A connection as the switchboard needs it: text out, and its end. Never throws. */
export interface HubLine {
  send(text: string): void;
  close(code: number, reason: string): void;
}

export interface HubClientOptions {
  readonly id: string;
  /** Of the older form: it gets nothing that it would not know. */
  readonly plain: boolean;
  readonly displayName: string | undefined;
  /** `displayName` comes with the credentials: the client cannot call itself otherwise. */
  readonly nameIsGiven: boolean;
  /** It is told of the contacts that it names, and of nobody before. */
  readonly contactsOnly: boolean;
  readonly messages: TokenBucket;
  readonly requests: TokenBucket;
}

/** Who is known under an id: connected, or away and expected back. */
export class HubClient {
  readonly id: string;
  readonly nameIsGiven: boolean;
  readonly messages: TokenBucket;
  readonly requests: TokenBucket;
  readonly resumeToken = randomUUID();
  readonly calls = new Set<HubCall>();
  readonly inbox = new SignalInbox();
  readonly outbox = new SignalOutbox();
  displayName: string | undefined;
  status: PresenceStatus = "available";
  plain: boolean;
  /** Of whom it is told; undefined: of everybody. */
  contacts: ReadonlySet<string> | undefined;
  /** The last change of presence that it knows of from a list. */
  presenceUpTo = 0;
  /** Undefined while away. */
  line: HubLine | undefined;
  /** Set while away. */
  cancelGrace: (() => void) | undefined;
  /** The last number that was sent over a connection that was believed to live. */
  #sentLive = 0;

  constructor({ id, plain, displayName, nameIsGiven, contactsOnly, messages, requests }: HubClientOptions) {
    this.id = id;
    this.plain = plain;
    this.displayName = displayName;
    this.nameIsGiven = nameIsGiven;
    this.contacts = contactsOnly ? new Set() : undefined;
    this.messages = messages;
    this.requests = requests;
  }

  /** Sends what must not be lost: it is kept until it has arrived, over a lost connection too. */
  deliver(message: SignalMessage): void {
    if (this.plain) {
      const text = encodePlain(message);
      if (text !== undefined) this.line?.send(text);
      return;
    }
    const text = this.outbox.add(message);
    if (!this.line) return;
    this.line.send(text);
    this.#sentLive = this.outbox.last;
  }

  /** Sends what is worth something now or never. */
  tell(message: SignalMessage): void {
    if (!this.plain || message.type === "error") this.line?.send(encodeSignal(message));
  }

  /** Whether this is the token of `welcome`; tells nothing about it by the time it takes. */
  holds(token: string | undefined): boolean {
    const [ours, theirs] = [Buffer.from(this.resumeToken), Buffer.from(token ?? "")];
    return !this.plain && ours.length === theirs.length && timingSafeEqual(ours, theirs);
  }

  /** What a resumed connection has to bring first. Undefined: too much was missed. */
  missed(seen: number | undefined): readonly string[] | undefined {
    return this.outbox.after(seen ?? this.#sentLive);
  }

  /** Goes on over this connection; what was missed is about to be sent over it. */
  attach(line: HubLine): void {
    this.cancelGrace?.();
    this.cancelGrace = undefined;
    this.line = line;
    this.#sentLive = this.outbox.last;
  }

  /** As others are told. */
  get name(): { readonly displayName?: string } {
    return this.displayName === undefined ? {} : { displayName: this.displayName };
  }
}
