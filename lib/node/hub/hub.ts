import { type WebSocket, WebSocketServer } from "ws";
import { hubSubprotocol, maxSignalLength, type Resumption, resumptionOf } from "../../protocol/index.ts";
import { systemClock } from "../../session/index.ts";
import { Doorkeeper } from "../doorkeeper.ts";
import { serviceRestart } from "../drain.ts";
import { errorFields, type Logger, silentLogger } from "../logger.ts";
import { UpgradeGate } from "../upgrade-gate.ts";
import { type CallerPolicy, identify, type Refusal } from "../upgrade-policy.ts";
import type { ReadUpgrade } from "../upgrade-request.ts";
import type { DrainOptions, VoiceServerState } from "../voice-server-options.ts";
import { checkHubOptions } from "./check-hub-options.ts";
import type { HubClient } from "./hub-client.ts";
import { type HubIdentity, hubIdentity } from "./hub-identity.ts";
import { HubSocketLine } from "./hub-line.ts";
import type { HubOptions, HubStats } from "./hub-options.ts";
import { answerHubStatus } from "./hub-status.ts";
import { Switchboard } from "./switchboard.ts";

/** A character is 3 bytes of UTF-8 at most where it is one unit of UTF-16. */
const maxPayloadBytes = 3 * maxSignalLength;

interface Admitted extends HubIdentity {
  /** It named the form of messages of today. */
  readonly current: boolean;
  /** The place that it wants to have again. */
  readonly place: Resumption | undefined;
}

/** The signalling server: connects people, and carries no sound. Listens as soon as it is made; see `createHub`. */
export class Hub {
  /** Resolves when clients can come in; rejects where the port cannot be had. */
  readonly ready: Promise<void>;
  readonly #options: HubOptions;
  readonly #logger: Logger;
  readonly #gate: UpgradeGate<Admitted>;
  readonly #sockets: WebSocketServer;
  readonly #policy: CallerPolicy;
  readonly #door: Doorkeeper;
  readonly #switchboard: Switchboard;
  readonly #lines = new Set<HubSocketLine>();
  #accepted = 0;
  /** Clients are being sent away: that they go says nothing about their calls. */
  #parting = false;
  #whenEmpty: (() => void)[] = [];
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** Throws `OptionError`, and `MalformedError` for ICE servers that could not be sent. */
  constructor(options: HubOptions) {
    checkHubOptions(options);
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#switchboard = new Switchboard(options);
    const { maxClientsPerAddress = Number.POSITIVE_INFINITY, upgradeRate, retryAfterSeconds = 5 } = options;
    this.#door = new Doorkeeper({
      maxSessions: Number.POSITIVE_INFINITY, // the switchboard knows better: who resumes is counted already
      maxSessionsPerAddress: maxClientsPerAddress,
      retryAfterSeconds,
      ...(upgradeRate && { upgradeRate }),
    });
    this.#policy = {
      allowedOrigins: options.allowedOrigins ?? "same-host",
      authorize: options.authorize,
      authorizeTimeoutMs: options.authorizeTimeoutMs ?? 10_000,
      turnAway: (request) => this.#door.turnAway(request),
    };
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: maxPayloadBytes,
      handleProtocols: (offered) => (offered.has(hubSubprotocol) ? hubSubprotocol : false),
    });
    this.#sockets.on("wsClientError", (error, socket) => {
      this.#gate.refuse(socket, { cause: "malformed", status: 400, message: error.message });
    });
    this.#gate = new UpgradeGate(options, {
      words: { server: "hub", visitor: "client" },
      door: this.#door,
      logger: this.#logger,
      serves: (path) => path === this.#path,
      answer: (request, response) => answerHubStatus(() => this.stats(), options.status ?? false, request, response),
      check: (upgrade) => this.#check(upgrade),
      room: (upgrade, admitted) => this.#fullFor(upgrade, admitted),
      enter: (upgrade, admitted, socket, head) => {
        const { message } = upgrade.request;
        this.#sockets.handleUpgrade(message, socket, head, (opened) => this.#open(opened, upgrade, admitted));
      },
    });
    this.ready = this.#gate.listen();
    this.ready.catch(() => {});
  }

  /** Where clients connect, once `ready`. */
  get url(): string {
    return `${this.#gate.url}${this.#path}`;
  }

  get state(): VoiceServerState {
    return this.#closing ? "closed" : this.#draining ? "draining" : "open";
  }

  stats(): HubStats {
    return {
      state: this.state,
      connections: this.#lines.size,
      pendingUpgrades: this.#gate.pending,
      accepted: this.#accepted,
      refused: { ...this.#door.refused },
      ...this.#switchboard.stats(),
    };
  }

  /**
   * The gentle end, for a deployment: lets nobody in, waits at most `graceMs` until no call rings, then sends the clients away with 1012 "service
   * restart", evenly over half of the time that is left, cuts those that are left at `deadlineMs`, and closes. Calls that are on go on: their
   * sound goes from client to client, and the next hub learns of them as they are spoken of. Idempotent.
   */
  drain(options: DrainOptions = {}): Promise<void> {
    this.#draining ??= this.#drain(options);
    return this.#draining;
  }

  /** Sends everybody away with 1012, cuts those that do not part within the deadline, and stops listening where the server is its own. Idempotent. */
  close({ deadlineMs = 3000 }: { readonly deadlineMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#shut(deadlineMs);
    return this.#closing;
  }

  get #path(): string {
    return this.#options.path ?? "/hub";
  }

  async #drain({ deadlineMs = 10_000, graceMs = deadlineMs / 2 }: DrainOptions): Promise<void> {
    this.#door.closed = true;
    this.#logger.info("draining", { clients: this.#lines.size });
    const { clock = systemClock } = this.#options;
    const until = clock.now() + graceMs;
    while (this.#switchboard.ringing > 0 && clock.now() < until && !this.#closing)
      await new Promise<void>((resolve) => clock.after(Math.min(100, graceMs), resolve));
    this.#parting = true;
    const spreadMs = Math.max(0, deadlineMs - graceMs) / 2;
    const leaving = [...this.#lines];
    const cancels = leaving.map((line, index) =>
      clock.after((spreadMs * index) / leaving.length, () => line.close(serviceRestart.code, serviceRestart.reason)),
    );
    if (!this.#closing) await Promise.race([this.#empty(), this.#after(Math.max(0, deadlineMs - graceMs), cancels)]);
    for (const cancel of cancels) cancel();
    await this.close({ deadlineMs: 0 });
  }

  #after(delayMs: number, cancels: (() => void)[]): Promise<void> {
    const { clock = systemClock } = this.#options;
    return new Promise((resolve) => cancels.push(clock.after(delayMs, resolve)));
  }

  async #shut(deadlineMs: number): Promise<void> {
    this.#door.closed = true;
    await this.ready.catch(() => {});
    this.#parting = true;
    for (const line of this.#lines) line.close(serviceRestart.code, serviceRestart.reason);
    const cut = setTimeout(() => {
      for (const line of this.#lines) line.cut();
    }, deadlineMs);
    await this.#empty();
    clearTimeout(cut);
    this.#switchboard.clear();
    this.#sockets.close();
    await this.#gate.close();
    this.#logger.info("closed", {});
  }

  #empty(): Promise<void> {
    if (this.#lines.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  async #check(upgrade: ReadUpgrade): Promise<Admitted | Refusal> {
    const { path, address } = upgrade.request;
    const caller = await identify(upgrade, this.#policy, (error) => {
      this.#logger.error("authorize failed", { path, address, ...errorFields(error) });
    });
    if ("cause" in caller) return caller;
    const identity = hubIdentity(caller.identity, upgrade.request);
    if ("cause" in identity) return identity;
    return { ...identity, current: caller.offered.includes(hubSubprotocol), place: resumptionOf(caller.offered) };
  }

  #fullFor({ request }: ReadUpgrade, { id }: Admitted): Refusal | undefined {
    return this.#door.capacity(request) ?? (this.#switchboard.hasRoomFor(id) ? undefined : this.#door.busy());
  }

  #open(socket: WebSocket, { request }: ReadUpgrade, admitted: Admitted): void {
    const { id, displayName, nameIsGiven, current, place } = admitted;
    const { address, query } = request;
    const line: HubSocketLine = new HubSocketLine(socket, this.#options, () => client?.outbox.last ?? 0);
    this.#accepted++;
    this.#lines.add(line);
    this.#door.enter(address);
    socket.once("close", () => {
      this.#lines.delete(line);
      this.#door.leave(address);
      if (this.#lines.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
    });
    const resumes = { resume: place?.token, seen: place?.seen };
    const contactsOnly = query.get("presence") === "contacts";
    const arrival = { id, line, plain: !current, displayName, nameIsGiven, contactsOnly, ...resumes };
    const client: HubClient | undefined = this.#guard(line, () => this.#switchboard.connect(arrival));
    if (!client) return;
    line.listen({
      text: (text) => this.#guard(line, () => this.#switchboard.receive(client, text)),
      arrived: (mark) => client.outbox.arrived(mark),
      end: () => {
        if (!this.#parting) this.#switchboard.disconnect(client, line);
      },
    });
  }

  /** A mistake of ours that one client brings to light costs that client its connection, and not the others theirs. */
  #guard<T>(line: HubSocketLine, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.#logger.error("failed", errorFields(error));
      line.cut();
      return undefined;
    }
  }
}

/** A signalling server for calls between people: `createHub({ port: 8080, authorize: await jwtAuthorize(…) })`. */
export function createHub(options: HubOptions): Hub {
  return new Hub(options);
}
