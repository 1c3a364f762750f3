import {
  decodeSignal,
  encodeSignal,
  hubClose,
  isPlainType,
  isRelayed,
  MalformedError,
  maxSignalLength,
  type SignalMessage,
} from "../../protocol/index.ts";
import { systemClock } from "../../session/index.ts";
import { silentLogger } from "../logger.ts";
import { failure, refuse } from "./answers.ts";
import { CallRouter, type Relayed } from "./call-router.ts";
import { type Arrival, Directory } from "./directory.ts";
import type { HubClient, HubLine } from "./hub-client.ts";
import type { SwitchboardOptions, SwitchboardStats } from "./switchboard-options.ts";
import { type SignalIceServer, turnCredentials } from "./turn-credentials.ts";

const dayInSeconds = 86_400;
/** What the hub adds to a message: whom it is from, its number, the name that came with the credentials. */
const maxAddedLength = 1024;

/**
 * Connects people: knows who is here, hands their messages on, and sees to it that each call ends on both sides, whatever becomes of the
 * connections. Knows lines, not sockets, and carries no sound.
 */
export class Switchboard {
  readonly #options: SwitchboardOptions;
  readonly #directory: Directory;
  readonly #router: CallRouter;
  readonly #messages = { received: 0, malformed: 0, rateLimited: 0 };

  /** Throws `MalformedError` for ICE servers that could not be sent. */
  constructor(options: SwitchboardOptions = {}) {
    this.#options = options;
    const { clock = systemClock, logger = silentLogger, ringTimeoutMs = 30_000 } = options;
    this.#router = new CallRouter({
      find: (id) => this.#directory.find(id),
      maxCallsPerClient: options.maxCallsPerClient ?? 32,
      route: options.route,
      ...{ clock, logger, ringTimeoutMs },
    });
    this.#directory = new Directory({
      graceMs: options.graceMs ?? 15_000,
      maxClients: options.maxClients ?? 10_000,
      messageRate: options.messageRate ?? { perSecond: 50, burst: 300 },
      callRate: options.callRate ?? { perSecond: 2, burst: 20 },
      presence: options.presence,
      presenceIntervalMs: options.presenceIntervalMs ?? 500,
      maxListed: options.maxListed ?? 500,
      onGone: (client) => this.#router.leave(client),
      ...{ clock, logger, ringTimeoutMs },
    });
    encodeSignal(this.#iceServersFor("anybody"));
  }

  /** Whether one more may come in, as `id`. */
  hasRoomFor(id: string): boolean {
    return this.#directory.hasRoomFor(id);
  }

  /** Calls that ring now. */
  get ringing(): number {
    return this.#router.calls.ringing;
  }

  stats(): SwitchboardStats {
    let [away, heldCharacters] = [0, 0];
    for (const { line, outbox } of this.#directory) {
      if (!line) away++;
      heldCharacters += outbox.characters;
    }
    const { calls, ended, begun, relayed, rateLimited } = this.#router;
    const { size, resumed, duplicateIds } = this.#directory;
    const { ringing } = calls;
    return {
      now: { clients: size, away, ringing, established: calls.size - ringing, heldCharacters },
      resumed,
      duplicateIds,
      calls: begun,
      ended: { ...ended },
      messages: { ...this.#messages, relayed, rateLimited: this.#messages.rateLimited + rateLimited },
    };
  }

  /** Takes a connection in. Undefined: the id is in use; the line has been told, and closed. */
  connect(arrival: Arrival): HubClient | undefined {
    return this.#directory.connect(arrival);
  }

  /** A connection has ended. Does nothing for one that was replaced. */
  disconnect(client: HubClient, line: HubLine): void {
    this.#directory.disconnect(client, line);
  }

  /** One message of a client that is connected. Never throws, whatever it is. */
  receive(client: HubClient, text: string): void {
    this.#messages.received++;
    if (!client.messages.take((this.#options.clock ?? systemClock).now())) {
      this.#cutOff(client);
      return;
    }
    const message = this.#read(client, text);
    if (!message || !client.inbox.take(message)) return;
    if (client.plain && (message.callId !== undefined || !isPlainType(message.type))) {
      client.plain = false;
      this.#directory.welcome(client, false);
    }
    if (isRelayed(message.type)) this.#router.relay(client, message as Relayed);
    else this.#answer(client, message);
  }

  /** Forgets everybody without a word: calls that are on go on, from client to client. */
  clear(): void {
    this.#directory.clear();
    this.#router.calls.clear();
  }

  #cutOff(client: HubClient): void {
    this.#messages.rateLimited++;
    this.#options.logger?.warn("client cut off", { client: client.id, cause: "rate" });
    client.tell(failure("rate-limited", "Too many messages: connect again, a little later."));
    client.line?.close(hubClose.rateLimited, "too many messages");
  }

  #read(client: HubClient, text: string): SignalMessage | undefined {
    try {
      if (text.length > maxSignalLength - maxAddedLength)
        throw new MalformedError("protocol-size", "", `at most ${maxSignalLength - maxAddedLength} characters`);
      return decodeSignal(text);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#messages.malformed++;
      this.#options.logger?.debug("malformed", { client: client.id, at: error.path, code: error.code });
      client.tell(failure("bad-request", error.message));
      return undefined;
    }
  }

  #answer(client: HubClient, message: SignalMessage): void {
    if (message.type === "presence") {
      const { status, displayName } = message.data;
      if (status === "offline") {
        refuse(client, message, "bad-request", "To be offline, disconnect.");
        return;
      }
      const name = client.nameIsGiven ? client.displayName : (displayName ?? client.displayName);
      if (client.status === status && client.displayName === name) return; // everybody knows
      client.status = status;
      client.displayName = name;
      this.#directory.presence.changed(client);
    } else if (message.type === "presence-subscribe") {
      const { maxContacts = 256 } = this.#options;
      if (message.data.ids.length > maxContacts)
        refuse(client, message, "bad-request", `At most ${maxContacts} contacts.`);
      else this.#directory.presence.subscribe(client, message.data.ids);
    } else if (message.type === "ice-servers-request") {
      client.tell(this.#iceServersFor(client.id));
    } else {
      refuse(client, message, "bad-request", `${message.type} is said by the hub only.`);
    }
  }

  #iceServersFor(id: string): SignalMessage {
    const { iceServers = [], turn, clock = systemClock } = this.#options;
    const own: SignalIceServer[] = iceServers.map((server) => ({ ...server, urls: [server.urls].flat() }));
    const relays = turn ? [turnCredentials(turn, id, clock.now())] : [];
    const ttlSeconds = turn ? (turn.ttlSeconds ?? 3600) : dayInSeconds;
    return { type: "ice-servers-response", data: { iceServers: [...own, ...relays], ttlSeconds } };
  }
}
