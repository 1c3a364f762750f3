import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { headerlessProfile } from "../transport/address.ts";
import type { TransportLimits } from "../transport/limits.ts";
import { errorFields, type Logger, silentLogger } from "./logger.ts";
import { type LivenessOptions, payloadLimit, transportOver } from "./node-transport.ts";
import { refuse } from "./refuse.ts";
import {
  type Admission,
  type AdmissionPolicy,
  type AllowedOrigins,
  type Authorize,
  admit,
  type Refusal,
  type RefusalCause,
} from "./upgrade-policy.ts";
import { readUpgrade, type UpgradeRequest } from "./upgrade-request.ts";
import { VoiceSession, type VoiceSessionOptions } from "./voice-session.ts";

type SessionLimits = Pick<
  VoiceSessionOptions,
  "requestTimeoutMs" | "initializeTimeoutMs" | "maxMalformed" | "maxQueuedFrames"
>;

export interface VoiceServerOptions extends LivenessOptions, SessionLimits {
  /** Answers a call, once it is active. Returning does not end the call; throwing does. */
  readonly onCall: (call: VoiceSession) => unknown;
  /** Works on a server you have, … */
  readonly server?: Server;
  /** … or on its own: this port (0: any that is free), on this host. */
  readonly port?: number;
  readonly host?: string;
  /** Makes the own server speak TLS: `{ key, cert }`. */
  readonly tls?: TlsOptions;
  /** Which paths are voice: one, a folder where it ends in `/`, or a function. Default `/`: all of them. */
  readonly path?: string | ((path: string) => boolean);
  /** Without it everybody may call. */
  readonly authorize?: Authorize;
  readonly authorizeTimeoutMs?: number;
  /** Default `same-host`. */
  readonly allowedOrigins?: AllowedOrigins;
  /** Default 1000. */
  readonly maxSessions?: number;
  /** Default: as many as `maxSessions`. */
  readonly maxSessionsPerAddress?: number;
  readonly retryAfterSeconds?: number;
  /** Profile tokens by preference. */
  readonly profiles?: readonly string[];
  /** Codec identifiers by preference. Without it the voice side's order counts. */
  readonly codecs?: readonly string[];
  readonly limits?: Partial<TransportLimits>;
  /** Takes the client's address and host from `X-Forwarded-*`. Only behind a proxy that sets them. */
  readonly trustProxy?: boolean;
  readonly logger?: Logger;
}

export interface VoiceServerStats {
  readonly sessions: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<RefusalCause, number>>;
  /** Ended calls by who ended them, and those that never became active. */
  readonly ended: Readonly<Record<"local" | "remote" | "network" | "beforeActive", number>>;
  /** Calls whose `onCall` failed. */
  readonly failedHandlers: number;
}

const maxPendingUpgrades = 1000;
const shutdownReason = "server shutdown";

/** Answers calls. Listens as soon as it is made; see `createVoiceServer`. */
export class VoiceServer {
  /** Resolves when calls can come in; rejects where the port cannot be had. */
  readonly ready: Promise<void>;
  readonly #options: VoiceServerOptions;
  readonly #logger: Logger;
  readonly #http: Server;
  readonly #ownsHttp: boolean;
  readonly #sockets: WebSocketServer;
  readonly #policy: AdmissionPolicy;
  readonly #limits: Partial<TransportLimits>;
  readonly #sessions = new Set<VoiceSession>();
  readonly #perAddress = new Map<string, number>();
  readonly #refused: Record<RefusalCause, number> = {
    path: 0,
    origin: 0,
    credentials: 0,
    profile: 0,
    full: 0,
    closing: 0,
    malformed: 0,
    failed: 0,
  };
  readonly #ended = { local: 0, remote: 0, network: 0, beforeActive: 0 };
  #accepted = 0;
  #failedHandlers = 0;
  #lastId = 0;
  /** Upgrades whose credentials are being checked. */
  readonly #pending = new Set<Duplex>();
  #closing: Promise<void> | undefined;

  constructor(options: VoiceServerOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#limits = { ...options.limits };
    this.#policy = {
      allowedOrigins: options.allowedOrigins ?? "same-host",
      authorize: options.authorize,
      authorizeTimeoutMs: options.authorizeTimeoutMs ?? 10_000,
      profiles: options.profiles ?? ["rtvbp.v1"],
      capacity: (request) => this.#capacity(request),
    };
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: payloadLimit(this.#limits),
      handleProtocols: (offered, request) => this.#echo(offered, request),
    });
    this.#sockets.on("wsClientError", (error, socket) => {
      this.#refuse(socket, { cause: "malformed", status: 400, message: error.message });
    });
    if (options.server && options.port !== undefined) throw new TypeError("Give a server or a port, not both.");
    this.#ownsHttp = !options.server;
    this.#http = options.server ?? this.#createHttp(options);
    this.#http.on("upgrade", this.#onUpgrade);
    this.ready = this.#ownsHttp ? this.#listen(options.port ?? 0, options.host) : Promise.resolve();
    this.ready.catch(() => {});
  }

  /** Where the own server listens, once `ready`. */
  get url(): string {
    const address = this.#http.address() as AddressInfo | null;
    if (!address) throw new Error("The server does not listen (yet).");
    const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
    return `${this.#options.tls ? "wss" : "ws"}://${host}:${address.port}`;
  }

  get sessions(): ReadonlySet<VoiceSession> {
    return this.#sessions;
  }

  stats(): VoiceServerStats {
    return {
      sessions: this.#sessions.size,
      accepted: this.#accepted,
      refused: { ...this.#refused },
      ended: { ...this.#ended },
      failedHandlers: this.#failedHandlers,
    };
  }

  /**
   * Refuses new calls, hangs up those that are on, cuts off those that do not part within the deadline, and stops listening where the server
   * is its own. Nothing is left open. Idempotent.
   */
  close({ deadlineMs = 3000 }: { readonly deadlineMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#shut(deadlineMs);
    return this.#closing;
  }

  async #shut(deadlineMs: number): Promise<void> {
    await this.ready.catch(() => {});
    const cutOff = setTimeout(() => {
      for (const call of this.#sessions) void call.session.close(shutdownReason);
    }, deadlineMs);
    await Promise.all([...this.#sessions].map((call) => call.hangUp(shutdownReason)));
    clearTimeout(cutOff);
    for (const socket of this.#pending) socket.destroy();
    this.#sockets.close();
    if (!this.#ownsHttp) {
      this.#http.off("upgrade", this.#onUpgrade);
      return;
    }
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    await closed;
  }

  #createHttp({ tls }: VoiceServerOptions): Server {
    const answer: RequestListener = (request, response) => {
      const healthy = this.#closing === undefined;
      const health = request.url === "/healthz";
      const [status, body] = health
        ? [healthy ? 200 : 503, JSON.stringify({ status: healthy ? "ok" : "closing", sessions: this.#sessions.size })]
        : [
            this.#serves(new URL(request.url ?? "/", "http://host").pathname) ? 426 : 404,
            "A WebSocket is answered here.",
          ];
      response.writeHead(status, {
        "Content-Type": health ? "application/json" : "text/plain; charset=utf-8",
        ...(status === 426 && { Upgrade: "websocket" }),
      });
      response.end(body);
    };
    const http = tls ? createTlsServer(tls, answer) : createServer(answer);
    http.headersTimeout = 10_000;
    return http;
  }

  #listen(port: number, host: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen(port, host, () => {
        this.#http.off("error", reject);
        this.#logger.info("listening", { port: (this.#http.address() as AddressInfo).port });
        resolve();
      });
    });
  }

  #serves(path: string): boolean {
    const { path: wanted = "/" } = this.#options;
    if (typeof wanted === "function") return wanted(path);
    return wanted.endsWith("/") ? path.startsWith(wanted) : path === wanted;
  }

  #onUpgrade = (message: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const upgrade = readUpgrade(message, { trustProxy: this.#options.trustProxy ?? false });
    const { path, address } = upgrade.request;
    if (!this.#serves(path)) {
      // Somebody else's, on a server that is shared: unless nobody else listens.
      if (!this.#ownsHttp && this.#http.listenerCount("upgrade") > 1) return;
      this.#refuse(socket, { cause: "path", status: 404, message: "No voice server at this path." });
      return;
    }
    const onError = (): void => void socket.destroy();
    socket.on("error", onError);
    this.#pending.add(socket);
    const check =
      this.#pending.size > maxPendingUpgrades
        ? Promise.resolve(this.#busy())
        : admit(upgrade, this.#policy, (error) => {
            this.#logger.error("authorize failed", { path, address, ...errorFields(error) });
          });
    void check.then((outcome) => {
      this.#pending.delete(socket);
      if (socket.destroyed) return;
      if ("cause" in outcome) {
        this.#logger.info("call refused", { path, address, cause: outcome.cause, status: outcome.status });
        this.#refuse(socket, outcome);
        return;
      }
      socket.off("error", onError);
      agreements.set(message, outcome);
      this.#sockets.handleUpgrade(message, socket, head, (opened) => this.#open(opened, upgrade.request, outcome));
    });
  };

  #echo(offered: ReadonlySet<string>, message: IncomingMessage): string | false {
    const echo = agreements.get(message)?.agreement.echo;
    return echo !== undefined && offered.has(echo) ? echo : false;
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    this.#refused[refusal.cause]++;
    refuse(socket, refusal);
  }

  #capacity({ address }: UpgradeRequest): Refusal | undefined {
    if (this.#closing) return { ...this.#busy(), cause: "closing", message: "The server is shutting down." };
    const { maxSessions = 1000, maxSessionsPerAddress = maxSessions } = this.#options;
    if (this.#sessions.size >= maxSessions) return this.#busy();
    if ((this.#perAddress.get(address) ?? 0) >= maxSessionsPerAddress) return this.#busy();
    return undefined;
  }

  #busy(): Refusal {
    const headers = { "Retry-After": String(this.#options.retryAfterSeconds ?? 5) };
    return { cause: "full", status: 503, message: "All lines are busy.", headers };
  }

  #open(socket: WebSocket, request: UpgradeRequest, { agreement, identity }: Admission): void {
    const { pingIntervalMs, requestTimeoutMs, initializeTimeoutMs, maxMalformed, maxQueuedFrames } = this.#options;
    const profile = agreement.echo ?? headerlessProfile;
    const transport = transportOver(socket, profile, {
      ...this.#limits,
      ...(pingIntervalMs !== undefined && { pingIntervalMs }),
    });
    const call = new VoiceSession({
      id: `${++this.#lastId}`,
      transport,
      request,
      identity,
      codecs: this.#options.codecs,
      onActive: (active) => void this.#answer(active, request),
      ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
      ...(initializeTimeoutMs !== undefined && { initializeTimeoutMs }),
      ...(maxMalformed !== undefined && { maxMalformed }),
      ...(maxQueuedFrames !== undefined && { maxQueuedFrames }),
    });
    this.#accepted++;
    this.#sessions.add(call);
    this.#perAddress.set(request.address, (this.#perAddress.get(request.address) ?? 0) + 1);
    this.#attend(call, request);
  }

  #attend(call: VoiceSession, { path, address }: UpgradeRequest): void {
    const fields = { session: call.id, path, address };
    call.session.addEventListener("fault", ({ error, at }) => {
      this.#logger.warn("fault", { ...fields, at, ...errorFields(error) });
    });
    void call.ended.then((end) => {
      this.#sessions.delete(call);
      this.#release(address);
      this.#ended[call.active ? end.by : "beforeActive"]++;
      this.#logger.info("call ended", { ...fields, reason: end.reason, by: end.by });
    });
    call.start().catch(() => {}); // it has ended then, and said so
  }

  async #answer(call: VoiceSession, { path }: UpgradeRequest): Promise<void> {
    const fields = { session: call.id, path, call: call.call.id };
    this.#logger.info("call active", { ...fields, codec: call.hasAudio ? call.format.id : null });
    try {
      await this.#options.onCall(call);
    } catch (error) {
      if (call.signal.aborted) return; // a request that the end of the call cut short
      this.#failedHandlers++;
      this.#logger.error("onCall failed", { ...fields, ...errorFields(error) });
      await call.hangUp("application error");
    }
  }

  #release(address: string): void {
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(address, left);
    else this.#perAddress.delete(address);
  }
}

/** What was agreed for an upgrade, between its check and its answer. */
const agreements = new WeakMap<IncomingMessage, Admission>();

/** Answers calls: `createVoiceServer({ port: 8080, onCall: async (call) => { … } })`. */
export function createVoiceServer(options: VoiceServerOptions): VoiceServer {
  return new VoiceServer(options);
}
