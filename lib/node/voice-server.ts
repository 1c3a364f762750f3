import type { ServerOptions as TlsOptions } from "node:https";
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
import { createStatusHandler } from "./status-handler.ts";
import { UpgradeGate } from "./upgrade-gate.ts";
import { type Admission, type AdmissionPolicy, admit, type Refusal } from "./upgrade-policy.ts";
import type { ReadUpgrade, UpgradeRequest } from "./upgrade-request.ts";
import type { DrainOptions, VoiceServerOptions, VoiceServerState, VoiceServerStats } from "./voice-server-options.ts";
import { VoiceSession } from "./voice-session.ts";
import { loadRtcAcceptor, type RtcAcceptor, type ServedTransport } from "./webrtc/rtc-acceptor.ts";
import { completeHandshake, handshakeFault } from "./wire/handshake.ts";
import { StreamWire } from "./wire/stream-wire.ts";

const shutdownReason = "server shutdown";
const conductDefaults = { messageRate: { perSecond: 100, burst: 500 }, idleTimeoutMs: 300_000 } as const;

/** Answers calls. Listens as soon as it is made; see `createVoiceServer`. */
export class VoiceServer {
  /** Resolves when calls can come in; rejects where the port cannot be had. */
  readonly ready: Promise<void>;
  readonly #options: VoiceServerOptions;
  readonly #logger: Logger;
  readonly #gate: UpgradeGate<Admission>;
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
    const { status = false } = options;
    const pages = { ...(typeof status === "object" && status), healthOnly: status === false };
    this.#gate = new UpgradeGate(options, {
      words: { server: "voice server", visitor: "call" },
      door: this.#door,
      logger: this.#logger,
      serves: (path) => this.#serves(path),
      answer: createStatusHandler(this, pages),
      check: (upgrade) => this.#check(upgrade),
      room: (upgrade, admission) => this.#hindrance(upgrade, admission),
      enter: (upgrade, admission, socket, head) => this.#open(upgrade, admission, socket, head),
    });
    const loading = this.#policy.profiles.includes(webRtcProfile) ? this.#loadRtc(options) : undefined;
    this.#rtcLoading = loading?.catch(() => {});
    this.ready = loading ? loading.then(() => this.#gate.listen()) : this.#gate.listen();
    this.ready.catch(() => {});
  }

  /** Where the server is reached, once `ready`; by this machine, where it listens on every address. */
  get url(): string {
    return this.#gate.url;
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
      pendingUpgrades: this.#gate.pending,
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
    this.#gate.renewTls(tls);
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
    await this.#gate.close();
    this.#logger.info("closed", {});
  }

  #empty(): Promise<void> {
    if (this.#sessions.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
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

  async #check(upgrade: ReadUpgrade): Promise<Admission | Refusal> {
    await this.#rtcLoading;
    const { path, address } = upgrade.request;
    return admit(upgrade, this.#policy, (error) => {
      this.#logger.error("authorize failed", { path, address, ...errorFields(error) });
    });
  }

  #hindrance({ request }: ReadUpgrade, { agreement }: Admission): Refusal | undefined {
    const full = this.#door.capacity(request);
    if (full) return full;
    if (agreement.profile.transport === "webrtc" && !this.#rtc) {
      return { cause: "failed", status: 500, message: "WebRTC is not available here." };
    }
    const fault = handshakeFault(request.message);
    if (fault === undefined) return undefined;
    return { cause: "malformed", status: 400, message: fault, headers: { "Sec-WebSocket-Version": "13" } };
  }

  #open({ request }: ReadUpgrade, { agreement, identity }: Admission, socket: Duplex, head: Buffer): void {
    completeHandshake(request.message, socket, head, agreement.echo);
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
