import type { PresenceStatus, SignalMessage, SignalMessageOf } from "../../protocol/signal/index.ts";
import type { Presence } from "./client-events.ts";

export interface OthersHost {
  readonly id: string;
  readonly displayName: string | undefined;
  readonly contacts: readonly string[] | undefined;
  send(message: SignalMessage): void;
  /** Undefined: offline. */
  changed(id: string, presence: Presence | undefined): void;
}

/** Who else is at the hub and how they can be reached, and what they are told of this client. */
export class Others {
  readonly #host: OthersHost;
  readonly #known = new Map<string, Presence>();
  #status: PresenceStatus = "available";
  #contacts: readonly string[] | undefined;

  constructor(host: OthersHost) {
    this.#host = host;
    this.#contacts = host.contacts;
  }

  get known(): ReadonlyMap<string, Presence> {
    return this.#known;
  }

  /** Of this client. */
  get status(): PresenceStatus {
    return this.#status;
  }

  tell(status: PresenceStatus): void {
    this.#status = status;
    const { displayName } = this.#host;
    this.#host.send({ type: "presence", data: { status, ...(displayName !== undefined && { displayName }) } });
  }

  /** Of whom to be told. */
  watch(contacts: readonly string[]): void {
    this.#contacts = [...contacts];
    this.#subscribe(this.#contacts);
  }

  /** A place at the hub that is a new one: what was known counts no more, and nobody knows of this client. */
  beginAnew(): void {
    for (const id of [...this.#known.keys()]) this.#now(id, undefined);
    if (this.#contacts) this.#subscribe(this.#contacts);
    if (this.#status !== "available") this.tell(this.#status);
  }

  take(message: SignalMessageOf<"presence" | "presence-list">): void {
    if (message.type === "presence-list") {
      const { clients, whole } = message.data;
      const here = new Set(clients.map(({ id }) => id));
      if (whole) for (const id of [...this.#known.keys()]) if (!here.has(id)) this.#now(id, undefined);
      for (const { id, status, displayName } of clients) this.#now(id, presenceOf(status, displayName));
      return;
    }
    const { from, data } = message;
    if (from === undefined || from === this.#host.id) return;
    this.#now(from, presenceOf(data.status, data.displayName));
  }

  #subscribe(contacts: readonly string[]): void {
    this.#host.send({ type: "presence-subscribe", data: { ids: [...contacts] } });
  }

  #now(id: string, presence: Presence | undefined): void {
    if (presence) this.#known.set(id, presence);
    else if (!this.#known.delete(id)) return;
    this.#host.changed(id, presence);
  }
}

const presenceOf = (status: PresenceStatus | "offline", displayName: string | undefined): Presence | undefined =>
  status === "offline" ? undefined : { status, ...(displayName !== undefined && { displayName }) };
