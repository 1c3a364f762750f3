import { encodeSignal, hubClose } from "../../protocol/index.ts";
import type { Clock } from "../../session/index.ts";
import type { Logger } from "../logger.ts";
import { type Rate, TokenBucket } from "../token-bucket.ts";
import { failure } from "./answers.ts";
import { HubClient, type HubLine } from "./hub-client.ts";
import { PresenceBoard } from "./presence.ts";
import type { SwitchboardOptions } from "./switchboard-options.ts";

/** Who comes in, its credentials checked. */
export interface Arrival {
  readonly id: string;
  readonly line: HubLine;
  /** It named no form of the messages. */
  readonly plain: boolean;
  readonly displayName?: string | undefined;
  /** The name comes with the credentials. */
  readonly nameIsGiven?: boolean;
  readonly resume?: string | undefined;
  readonly seen?: number | undefined;
  /** It is about to say of whom it wants to be told: of nobody until then. */
  readonly contactsOnly?: boolean | undefined;
}

export interface DirectoryOptions {
  readonly ringTimeoutMs: number;
  readonly graceMs: number;
  readonly maxClients: number;
  readonly messageRate: Rate;
  readonly callRate: Rate;
  readonly presence: SwitchboardOptions["presence"];
  readonly presenceIntervalMs: number;
  readonly maxListed: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** It will not come back. Called when it is no longer here, before others are told. */
  readonly onGone: (client: HubClient) => void;
}

/** Who is here, and who is waited for. */
export class Directory {
  readonly #options: DirectoryOptions;
  readonly #clients = new Map<string, HubClient>();
  readonly presence: PresenceBoard;
  resumed = 0;
  duplicateIds = 0;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    const { presence: rule, presenceIntervalMs: intervalMs, maxListed, clock, logger } = options;
    const [here, find] = [() => this.#clients.values(), (id: string) => this.find(id)];
    this.presence = new PresenceBoard({ rule, intervalMs, maxListed, clock, logger, here, find });
  }

  get size(): number {
    return this.#clients.size;
  }

  find(id: string): HubClient | undefined {
    return this.#clients.get(id);
  }

  has(client: HubClient): boolean {
    return this.#clients.get(client.id) === client;
  }

  [Symbol.iterator](): Iterator<HubClient> {
    return this.#clients.values();
  }

  /** Whether one more may come in, as `id`. */
  hasRoomFor(id: string): boolean {
    return this.#clients.has(id) || this.#clients.size < this.#options.maxClients;
  }

  /**
   * Takes a connection in: a new client, one that resumes, or one that takes the place of one that is waited for. Undefined: the id is in use; the
   * line has been told, and closed.
   */
  connect(arrival: Arrival): HubClient | undefined {
    const { id, line } = arrival;
    const known = this.#clients.get(id);
    if (known) {
      const resumes = known.holds(arrival.resume);
      if (known.line && !resumes) {
        this.#refuseDuplicate(id, line);
        return undefined;
      }
      known.line?.close(hubClose.superseded, "connected again");
      known.line = undefined;
      const missed = resumes ? known.missed(arrival.seen) : undefined;
      if (missed) return this.#resume(known, line, missed);
      this.#remove(known);
    }
    const client = this.#newClient(arrival);
    client.attach(line);
    this.#clients.set(id, client);
    this.#options.logger.info("client connected", { client: id, plain: client.plain });
    if (!client.plain) this.welcome(client, false);
    this.presence.changed(client);
    return client;
  }

  /** A connection has ended. Does nothing for one that was replaced. */
  disconnect(client: HubClient, line: HubLine): void {
    if (client.line !== line || !this.has(client)) return;
    const { clock, graceMs, logger } = this.#options;
    client.line = undefined;
    logger.info("client disconnected", { client: client.id, calls: client.calls.size });
    // A client of the older form cannot resume.
    if (client.plain) this.#remove(client);
    else client.cancelGrace = clock.after(graceMs, () => this.#remove(client));
  }

  /** Says hello, and who else is here. */
  welcome(client: HubClient, resumed: boolean): void {
    const { ringTimeoutMs, graceMs } = this.#options;
    const { id, resumeToken, inbox } = client;
    const data = { id, resumeToken, ringTimeoutMs, graceMs, resumed, received: inbox.last };
    client.tell({ type: "welcome", data });
    this.presence.list(client);
  }

  /** Without a word to anybody. */
  clear(): void {
    for (const client of this) client.cancelGrace?.();
    this.#clients.clear();
    this.presence.clear();
  }

  #newClient({ id, plain, displayName, nameIsGiven = false, contactsOnly = false }: Arrival): HubClient {
    const { clock, messageRate, callRate } = this.#options;
    const now = clock.now();
    const messages = new TokenBucket(messageRate, now);
    const requests = new TokenBucket(callRate, now);
    return new HubClient({ id, plain, displayName, nameIsGiven, contactsOnly, messages, requests });
  }

  #refuseDuplicate(id: string, line: HubLine): void {
    this.duplicateIds++;
    this.#options.logger.info("client refused", { client: id, cause: "duplicate-id" });
    const text = "Somebody is connected under this id: choose another, or come again later.";
    line.send(encodeSignal(failure("duplicate-id", text)));
    line.close(hubClose.duplicateId, "duplicate id");
  }

  #resume(client: HubClient, line: HubLine, missed: readonly string[]): HubClient {
    this.resumed++;
    client.attach(line);
    const { id, calls } = client;
    this.#options.logger.info("client resumed", { client: id, calls: calls.size, missed: missed.length });
    this.welcome(client, true);
    for (const text of missed) line.send(text);
    return client;
  }

  #remove(client: HubClient): void {
    client.cancelGrace?.();
    client.cancelGrace = undefined;
    this.#clients.delete(client.id);
    this.#options.logger.info("client gone", { client: client.id, calls: client.calls.size });
    this.#options.onGone(client);
    this.presence.gone(client);
  }
}
