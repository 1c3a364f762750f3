import type { IncomingMessage, Server } from "node:http";
import type { ServerOptions as TlsOptions, Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { systemClock } from "../session/index.ts";
import { headerlessProfile } from "../transport/address.ts";
import { webRtcProfile } from "../transport/webrtc-signal.ts";
import { checkVoiceServerOptions } from "./check-voice-server-options.ts";
import { type CutOffCause, cutOffCauses } from "./conduct.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import { drainSessions } from "./drain.ts";
import { errorFields, type Logger, silentLogger } from "./logger.ts";
import { addMedia, noMedia } from "./media-totals.ts";
import { payloadLimit, transportOver } from "./node-transport.ts";
import { createHttp, listen, shutDown } from "./own-http.ts";
import { passOn } from "./pass-on.ts";
import { refuse } from "./refuse.ts";
import { requestUrl } from "./request-url.ts";
import { createStatusHandler } from "./status-handler.ts";
import { type Admission, type AdmissionPolicy, admit, type Refusal } from "./upgrade-policy.ts";
import { readUpgrade, type UpgradeRequest } from "./upgrade-request.ts";
import type { DrainOptions, VoiceServerOptions, VoiceServerState, VoiceServerStats } from "./voice-server-options.ts";
import { VoiceSession } from "./voice-session.ts";
import { loadRtcAcceptor, type RtcAcceptor, type ServedTransport } from "./webrtc/rtc-acceptor.ts";
import { completeHandshake, handshakeFault } from "./wire/handshake.ts";
import { StreamWire } from "./wire/stream-wire.ts";

const maxPendingUpgrades = 1000;
const shutdownReason = "server shutdown";
const conductDefaults = { messageRate: { perSecond: 100, burst: 500 }, idleTimeoutMs: 300_000 } as const;

/** Answers calls. Listens as soon as it is made; see `createVoiceServer`. */
export class VoiceServer {
  /** Resolves when calls can come in; rejects where the port cannot be had. */
  readonly ready: Promise<void>;
  readonly #options: VoiceServerOptions;
  readonly #logger: Logger;
  readonly #http: Server;
  readonly #ownsHttp: boolean;
  readonly #policy: AdmissionPolicy;
  readonly #door: Doorkeeper;
  readonly #sessions = new Map<VoiceSession, ServedTransport>();
  /** Loaded where WebRTC is among the profiles. */
  #rtc: RtcAcceptor | undefined;
  /** Never rejects. */
  #rtcLoading: Promise<void> | undefined;
  readonly #ended = { local: 0, remote: 0, network: 0, beforeActive: 0 };
  readonly #cutOff = Object.fromEntries(cutOffCauses.map((cause) => [cause, 0])) as Record<CutOffCause, number>;
  /** Of sessions that ended. */
  readonly #media = noMedia();
  #accepted = 0;
  #failedHandlers = 0;
  #lastId = 0;
  /** Upgrades whose credentials are being checked. */
  readonly #pending = new Set<Duplex>();
  #whenEmpty: (() => void)[] = [];
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** Throws `OptionError`. */
  constructor(options: VoiceServerOptions) {
    checkVoiceServerOptions(options);
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#door = new Doorkeeper(options);
    this.#policy = {
      allowedOrigins: options.allowedOrigins ?? "same-host",
      authorize: options.authorize,
      authorizeTimeoutMs: options.authorizeTimeoutMs ?? 10_000,
      profiles: options.profiles ?? ["rtvbp.v1"],
      turnAway: (request) => this.#door.turnAway(request),
    };
    this.#ownsHttp = !options.server;
    this.#http = options.server ?? this.#createHttp(options);
    this.#http.on("upgrade", this.#onUpgrade);
    const loading = this.#policy.profiles.includes(webRtcProfile) ? this.#loadRtc(options) : undefined;
    this.#rtcLoading = loading?.catch(() => {});
    const listening = (): Promise<void> => (this.#ownsHttp ? this.#listen(options) : Promise.resolve());
    this.ready = loading ? loading.then(listening) : listening();
    this.ready.catch(() => {});
  }

  /** Where the server is reached, once `ready`; by this machine, where it listens on every address. */
  get url(): string {
    const address = this.#http.address() as AddressInfo | null;
    if (!address) throw new Error("The server does not listen (yet).");
    const { family, address: ip } = address;
    const everywhere = ip === "::" || ip === "0.0.0.0";
    const host = everywhere ? "localhost" : family === "IPv6" ? `[${ip}]` : ip;
    const secure = "setSecureContext" in this.#http;
    return `${secure ? "wss" : "ws"}://${host}:${address.port}`;
  }

  get sessions(): ReadonlySet<VoiceSession> {
    return new Set(this.#sessions.keys());
  }

  get state(): VoiceServerState {
    return this.#closing ? "closed" : this.#draining ? "draining" : "open";
  }

  stats(): VoiceServerStats {
    const media = { ...this.#media };
    let backlogBytes = 0;
    for (const [call, transport] of this.#sessions) {
      const stats = transport.snapshot();
      addMedia(media, stats, call.audio.droppedFrames);
      backlogBytes += stats.bufferedBytes;
    }
    return {
      state: this.state,
      sessions: this.#sessions.size,
      pendingUpgrades: this.#pending.size,
      accepted: this.#accepted,
      refused: { ...this.#door.refused },
      ended: { ...this.#ended },
      cutOff: { ...this.#cutOff },
      failedHandlers: this.#failedHandlers,
      media,
      backlogBytes,
    };
  }

  /** New certificates for the own server; connections that are open keep theirs. */
  renewTls(tls: TlsOptions): void {
    if (!this.#options.tls) throw new Error("This server does not speak TLS itself.");
    (this.#http as TlsServer).setSecureContext(tls);
  }

  /**
   * The gentle end, for a deployment: refuses new calls with 503 and `Retry-After`, tells agents (`draining`), lets calls end by themselves for
   * `graceMs`, then closes those that are left with 1012 "service restart", which tells the voice side to dial again elsewhere; cuts at
   * `deadlineMs`, and closes. Idempotent; `close` cuts it short.
   */
  drain(options: DrainOptions = {}): Promise<void> {
    this.#draining ??= this.#drain(options);
    return this.#draining;
  }

  /**
   * Refuses new calls, hangs up those that are on, cuts off those that do not part within the deadline, and stops listening where the server
   * is its own. Nothing is left open. Idempotent.
   */
  close({ deadlineMs = 3000 }: { readonly deadlineMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#shut(deadlineMs);
    return this.#closing;
  }

  async #drain(options: DrainOptions): Promise<void> {
    this.#door.closed = true;
    this.#logger.info("draining", { sessions: this.#sessions.size, ...options });
    const { clock = systemClock } = this.#options;
    await drainSessions({ clock, sessions: this.#sessions, empty: this.#empty() }, options);
    await this.close();
  }

  async #shut(deadlineMs: number): Promise<void> {
    this.#door.closed = true;
    await this.ready.catch(() => {});
    const { clock = systemClock } = this.#options;
    const cancelCutOff = clock.after(deadlineMs, () => {
      for (const call of this.#sessions.keys()) void call.session.close(shutdownReason);
    });
    await Promise.all([...this.#sessions.keys()].map((call) => call.hangUp(shutdownReason)));
    cancelCutOff();
    for (const socket of this.#pending) socket.destroy();
    if (this.#ownsHttp) await shutDown(this.#http);
    else this.#http.off("upgrade", this.#onUpgrade);
    this.#logger.info("closed", {});
  }

  #empty(): Promise<void> {
    if (this.#sessions.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #createHttp({ tls, headersTimeoutMs = 10_000, status = false }: VoiceServerOptions): Server {
    const options = typeof status === "object" ? status : {};
    const answerStatus = createStatusHandler(this, { ...options, healthOnly: status === false });
    return createHttp(tls, headersTimeoutMs, (request, response) => {
      if (answerStatus(request, response)) return;
      const voice = this.#serves(requestUrl(request.url).pathname);
      const headers = { "Content-Type": "text/plain; charset=utf-8", ...(voice && { Upgrade: "websocket" }) };
      response.writeHead(voice ? 426 : 404, headers).end("A WebSocket is answered here.");
    });
  }

  async #listen({ port = 0, host }: VoiceServerOptions): Promise<void> {
    this.#logger.info("listening", { port: await listen(this.#http, port, host) });
  }

  async #loadRtc({ webrtc = {}, limits }: VoiceServerOptions): Promise<void> {
    try {
      this.#rtc = await loadRtcAcceptor({ ...limits, ...webrtc });
    } catch (error) {
      this.#logger.error("no WebRTC", errorFields(error));
      throw error;
    }
  }

  #serves(path: string): boolean {
    const { path: wanted = "/" } = this.#options;
    if (typeof wanted === "function") return this.#ask("path", () => wanted(path)) ?? false;
    return wanted.endsWith("/") ? path.startsWith(wanted) : path === wanted;
  }

  /** What a function of the owner says; undefined where it throws: that is the owner's to know, and no reason to fail for everybody. */
  #ask<T>(option: string, ask: () => T): T | undefined {
    try {
      return ask();
    } catch (error) {
      this.#logger.error(`${option} failed`, errorFields(error));
      return undefined;
    }
  }

  #onUpgrade = (message: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const upgrade = readUpgrade(message, { trustProxy: this.#options.trustProxy ?? false });
    const { path, address } = upgrade.request;
    if (!this.#serves(path)) {
      if (passOn(this.#http, socket)) return; // somebody else's, on a server that is shared
      this.#refuse(socket, { cause: "path", status: 404, message: "No voice server at this path." });
      return;
    }
    const onError = (): void => void socket.destroy();
    socket.on("error", onError);
    this.#pending.add(socket);
    const check = async (): Promise<Admission | Refusal> => {
      if (this.#pending.size > maxPendingUpgrades) return this.#door.busy();
      await this.#rtcLoading;
      return admit(upgrade, this.#policy, (error) => {
        this.#logger.error("authorize failed", { path, address, ...errorFields(error) });
      });
    };
    const answered = check().then((admitted) => {
      this.#pending.delete(socket);
      if (socket.destroyed) return;
      // Room is looked for in the task in which it is taken: of those who were checked at the same time, only so many come in.
      const outcome = "cause" in admitted ? admitted : (this.#door.capacity(upgrade.request) ?? admitted);
      if ("cause" in outcome) {
        this.#logger.info("call refused", { path, address, cause: outcome.cause, status: outcome.status });
        this.#refuse(socket, outcome);
        return;
      }
      socket.off("error", onError);
      if (outcome.agreement.profile.transport === "webrtc" && !this.#rtc) {
        this.#refuse(socket, { cause: "failed", status: 500, message: "WebRTC is not available here." });
        return;
      }
      const fault = handshakeFault(message);
      if (fault !== undefined) {
        const headers = { "Sec-WebSocket-Version": "13" };
        this.#refuse(socket, { cause: "malformed", status: 400, message: fault, headers });
        return;
      }
      completeHandshake(message, socket, head, outcome.agreement.echo);
      this.#open(socket, upgrade.request, outcome);
    });
    // A mistake of ours that one caller brings to light costs that caller the connection, and not the others theirs.
    answered.catch((error: unknown) => {
      this.#logger.error("failed", { path, address, ...errorFields(error) });
      socket.destroy();
    });
  };

  #refuse(socket: Duplex, refusal: Refusal): void {
    this.#door.refused[refusal.cause]++;
    refuse(socket, refusal);
  }

  #open(socket: Duplex, request: UpgradeRequest, { agreement, identity }: Admission): void {
    const options = this.#options;
    const id = `${++this.#lastId}`;
    const { path, address } = request;
    const overRtc = agreement.profile.transport === "webrtc";
    const limits = {
      ...conductDefaults,
      ...pick(options, ["pingIntervalMs", "maxUnansweredPings", "maxBacklogBytes", "messageRate", "idleTimeoutMs"]),
      ...options.limits,
      ...(overRtc && { otherSigns: () => transport.snapshot().receivedFrames }),
      onCutOff: (cause: CutOffCause) => {
        this.#cutOff[cause]++;
        this.#logger.warn("cut off", { session: id, path, address, cause });
      },
    };
    const wire = new StreamWire(socket, { side: "server", maxMessageBytes: payloadLimit(limits) });
    const control = transportOver(wire, agreement.echo ?? headerlessProfile, limits);
    const transport: ServedTransport = overRtc ? this.#rtc!(control) : control;
    const call = new VoiceSession({
      id,
      transport,
      request,
      identity,
      codecs: overRtc ? agreement.profile.codecs : options.codecs,
      tap: this.#ask("trace", () => options.trace?.(request)),
      onActive: (active) => void this.#answer(active, request),
      ...pick(options, ["requestTimeoutMs", "initializeTimeoutMs", "maxMalformed", "maxQueuedFrames", "clock"]),
    });
    this.#accepted++;
    this.#sessions.set(call, transport);
    this.#door.enter(address);
    this.#attend(call, transport, request);
  }

  #attend(call: VoiceSession, transport: ServedTransport, { path, address }: UpgradeRequest): void {
    const fields = { session: call.id, path, address };
    call.session.addEventListener("fault", ({ error, at }) => {
      this.#logger.warn("fault", { ...fields, at, ...errorFields(error) });
    });
    void call.ended.then((end) => {
      this.#sessions.delete(call);
      this.#door.leave(address);
      addMedia(this.#media, transport.snapshot(), call.audio.droppedFrames);
      this.#ended[call.active ? end.by : "beforeActive"]++;
      this.#logger.info("call ended", { ...fields, reason: end.reason, by: end.by });
      if (this.#sessions.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
    });
    call.start().catch(() => {}); // it has ended then, and said so
  }

  /** A call that comes again is the proof that its connection before is dead, whatever our pings say. */
  #supersede({ call, resumedFrom }: VoiceSession): void {
    if (resumedFrom === undefined) return;
    for (const [other, transport] of this.#sessions) {
      const same = other.active && other.call.id === call.id && other.call.session_id === resumedFrom;
      if (same) transport.abandon("its call goes on over another connection");
    }
  }

  async #answer(call: VoiceSession, { path }: UpgradeRequest): Promise<void> {
    const fields = { session: call.id, path, call: call.call.id };
    this.#logger.info("call active", { ...fields, codec: call.hasAudio ? call.format.id : null });
    this.#supersede(call);
    try {
      await this.#options.onCall(call);
    } catch (error) {
      if (call.signal.aborted) return; // a request that the end of the call cut short
      this.#failedHandlers++;
      this.#logger.error("onCall failed", { ...fields, ...errorFields(error) });
      await call.hangUp("application error");
    }
  }
}

/** Those of the properties that have a value. */
function pick<T extends object, K extends keyof T>(
  from: T,
  keys: readonly K[],
): { [P in K]?: Exclude<T[P], undefined> } {
  const entries = keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]);
  return Object.fromEntries(entries) as { [P in K]?: Exclude<T[P], undefined> };
}

/** Answers calls: `createVoiceServer({ port: 8080, onCall: async (call) => { … } })`. */
export function createVoiceServer(options: VoiceServerOptions): VoiceServer {
  return new VoiceServer(options);
}
