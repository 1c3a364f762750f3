import {
  type Codec,
  type EventData,
  type EventName,
  findProfile,
  lookUp,
  type Method,
  offeredCodec,
  operations,
  type Params,
  type Profile,
  ProtocolError,
  pickCodec,
  RemoteError,
  type Result,
  type Role,
  wireStatus,
} from "../protocol/index.ts";
import type { Transport } from "../transport/transport.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Handler, MessageContext, Middleware } from "./context.ts";
import { endOf, errorReason } from "./end.ts";
import { SessionError } from "./errors.ts";
import {
  RemoteEvent,
  type SessionEnd,
  SessionEndedEvent,
  type SessionEventMap,
  SessionFaultEvent,
  SessionStateEvent,
  type TypedEventTarget,
} from "./events.ts";
import { Exchange, type RequestOptions } from "./exchange.ts";
import { KeepAlive } from "./keep-alive.ts";
import { Lifecycle } from "./lifecycle.ts";
import type { InitializeOptions, SessionOptions, SessionStats } from "./options.ts";
import { measure, type PingReport, pong } from "./ping.ts";
import type { SessionState } from "./state.ts";

/** WebSocket close code for a peer that cannot be dealt with: browsers let scripts send 1000 and 4000 to 4999 only. */
const misbehavedCode = 4400;

/**
 * One authenticated control connection and its role in a call. Correlates, orders, times out and closes; knows a
 * transport, never a socket. Every session ends exactly once, whatever happens, and leaves nothing open.
 */
export class Session extends (EventTarget as new () => TypedEventTarget<SessionEventMap>) {
  readonly role: Role;
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  readonly #exchange: Exchange;
  readonly #life: Lifecycle;
  #started: Promise<void> | undefined;
  #codec: Codec | null | undefined;
  /** `session.initialize` was sent, or is being answered, or was. */
  #initializing = false;
  #hangingUp: Promise<SessionEnd> | undefined;
  #rttMs: number | undefined;
  #keepAlive: KeepAlive | undefined;

  constructor(options: SessionOptions) {
    super();
    const { role, transport, clock = systemClock, closeTimeoutMs = 2000, signal } = options;
    this.#options = options;
    this.role = role;
    this.#clock = clock;
    const life = new Lifecycle({
      clock,
      closeTimeoutMs,
      onMove: (state, previous) => {
        if (state === "active") this.#stayAlive();
        this.dispatchEvent(new SessionStateEvent(state, previous));
      },
      onStop: (error) => this.#exchange.stop(error),
      onEnd: (end) => this.dispatchEvent(new SessionEndedEvent(end)),
    });
    if (typeof transport !== "function") life.transport = transport;
    this.#life = life;
    let lastId = 0;
    this.#exchange = new Exchange({
      role,
      clock,
      signal: life.signal,
      requestTimeoutMs: options.requestTimeoutMs ?? 5000,
      maxMalformed: options.maxMalformed ?? 10,
      maxQueued: options.maxQueued ?? 1000,
      newId: options.newId ?? (() => `${++lastId}`),
      send: (text) => life.send(text),
      admit: (method) => this.#admit(method),
      deliver: (context) => this.#deliver(context),
      fault: (error, at) => this.dispatchEvent(new SessionFaultEvent(error, at)),
      giveUp: (error) => void life.finish({ reason: error.code, by: "local", error }, misbehavedCode),
      part: (method, params) => {
        const { reason } = params as { reason?: string };
        void life.flushAndFinish({ reason: reason || method, by: "remote", method });
      },
    });
    this.#exchange.handle("ping", (params, context) => pong(params as Params<"ping">, context, clock));
    if (role === "application") {
      this.#exchange.handle("session.initialize", (params, context) => this.#accept(params as never, context));
      this.#exchange.handle("session.terminate", () => ({}));
    }
    signal?.addEventListener("abort", () => void this.close("aborted"), { signal: life.signal });
    options.tap?.attach(this);
  }

  get state(): SessionState {
    return this.#life.state;
  }

  /** Resolves with the end, after the `ended` event. Never rejects. */
  get ended(): Promise<SessionEnd> {
    return this.#life.ended;
  }

  /** For its media and its statistics. Undefined before it is connected. */
  get transport(): Transport | undefined {
    return this.#life.transport;
  }

  get profile(): Profile {
    return this.#exchange.profile;
  }

  /** What was agreed on: null for a call without audio, undefined before `session.initialize` was answered. */
  get codec(): Codec | null | undefined {
    return this.#codec;
  }

  /** The end, once there is one. */
  get end(): SessionEnd | undefined {
    return this.state === "closed" || this.state === "failed" ? this.#life.end : undefined;
  }

  stats(): SessionStats {
    const { counters, pendingRequests, queuedMessages } = this.#exchange;
    return { ...counters, pendingRequests, queuedMessages, rttMs: this.#rttMs };
  }

  /** Answers requests of this method, in place of the handler there was. Returns what takes it away again. */
  handle<M extends Method>(method: M, handler: Handler<M>): () => void {
    return this.#exchange.handle(method, (params, context) => handler(params as Params<M>, context));
  }

  /**
   * Like a listener for an event of the peer, but what it throws is a `fault` of the session and not an uncaught
   * error.
   */
  on<E extends EventName>(name: E, listener: (data: EventData<E>, event: RemoteEvent<E>) => unknown): () => void {
    const guarded = async (event: Event): Promise<void> => {
      try {
        await listener((event as RemoteEvent<E>).data, event as RemoteEvent<E>);
      } catch (error) {
        this.dispatchEvent(new SessionFaultEvent(error, name));
      }
    };
    this.addEventListener(name, guarded);
    return () => this.removeEventListener(name, guarded);
  }

  /** The first one added is the outermost. */
  use(middleware: Middleware): this {
    this.#exchange.use(middleware);
    return this;
  }

  /** Connects. Rejects, with the session ended, where that fails. Idempotent. */
  start(): Promise<void> {
    this.#started ??= this.#open();
    return this.#started;
  }

  /**
   * Asks the peer. Rejects with `RemoteError` (its refusal), `SessionError` (time-out, abort, end) or `MalformedError`
   * (what it answered, or what we were about to send). After a terminal operation succeeded, the session ends by
   * itself.
   */
  request<M extends Method>(method: M, params: Params<M>, options: RequestOptions = {}): Promise<Result<M>> {
    const { reason } = (params ?? {}) as { readonly reason?: string };
    const answer = lookUp<{ terminal?: boolean }>(operations, method)?.terminal
      ? this.#leaveBy(method, params, { reason: reason || method, by: "local", method }, options)
      : this.#exchange.ask(method, params, options, (result) => result);
    return answer as Promise<Result<M>>;
  }

  /** Sends an event. False where there is no connection (any more). */
  emit<E extends EventName>(event: E, data: EventData<E>): boolean {
    return this.#exchange.tell(event, data);
  }

  /** Measures the way to the peer and back. */
  async ping(options: RequestOptions & { readonly data?: unknown } = {}): Promise<PingReport> {
    const t0 = Math.round(this.#clock.now());
    return this.#exchange.ask("ping", { t0, rtt: this.#rttMs, data: options.data }, options, (result, message) => {
      const report = measure(result as Result<"ping">, t0, Math.round(message.receivedAt));
      this.#rttMs = report.rttMs;
      return report;
    });
  }

  /**
   * There is reason to doubt the connection: where the peer gives no sign of life soon, the session ends as lost. Does
   * nothing without `keepAlive`, or where the session is not active.
   */
  async check(): Promise<void> {
    if (this.state === "active") await this.#keepAlive?.check();
  }

  /**
   * Voice role: connects where that was not done, asks for `session.initialize`, and makes the session active with the
   * codec the application picked. Where that fails it rejects, and the session has ended.
   */
  async initialize(options: InitializeOptions): Promise<Codec | null> {
    await this.start();
    if (this.state !== "initializing" || this.#initializing) {
      throw new SessionError("session-state", `A session cannot be initialized when it is ${this.state}.`);
    }
    this.#initializing = true;
    const { application, call, codecs, metadata = null, prepare } = options;
    let accepted = false;
    try {
      const params = { application, call, audio_codec_offerings: codecs, metadata };
      const codec = await this.#exchange.ask("session.initialize", params, options, (result) => {
        accepted = true;
        const picked = offeredCodec(codecs, (result as Result<"session.initialize">).audio_codec);
        // Without delay: what comes behind the answer must find an active session, and sound a place to wait.
        if (picked) this.transport?.openMedia();
        if (!prepare) this.#activate(picked);
        return picked;
      });
      if (prepare) {
        await prepare(codec, this.#life.signal);
        this.#activate(codec);
      }
      return codec;
    } catch (error) {
      const by = error instanceof RemoteError ? "remote" : "local";
      const end: SessionEnd = { reason: errorReason(error), by, error };
      await (accepted && this.state === "initializing" ? this.#bye(end) : this.#life.finish(end));
      throw error;
    }
  }

  /**
   * Ends the call in good order, from either role, and the session with it: the voice side tells and terminates, the
   * application asks for `call.hangup`. Ends the session as well where the peer does not play along.
   */
  hangUp(reason = "hangup"): Promise<SessionEnd> {
    if (this.state === "closing") return this.ended;
    if (this.state !== "active") return this.close(reason);
    this.#hangingUp ??= this.#bye({ reason: `${reason || "hangup"}`, by: "local" });
    return this.#hangingUp;
  }

  /** Ends the session now: pending requests fail, the transport closes. Idempotent; resolves when nothing is open. */
  close(reason = "closed", error?: unknown): Promise<SessionEnd> {
    return this.#life.finish({ reason: `${reason}`, by: "local", ...(error !== undefined && { error }) });
  }

  async #open(): Promise<void> {
    const { transport, signal } = this.#options;
    if (signal?.aborted) void this.close("aborted");
    if (this.#life.end) throw this.#life.closedError;
    this.#life.move("connecting");
    let connected: Transport;
    try {
      connected = typeof transport === "function" ? await transport(this.#life.signal) : transport;
      if (!this.#life.end) this.#attach(connected);
    } catch (error) {
      await this.#life.finish({ reason: errorReason(error), by: "network", error });
      throw error;
    }
    if (!this.#life.end) return;
    void connected.close(1000);
    throw this.#life.closedError;
  }

  #attach(opened: Transport): void {
    this.#life.transport = opened; // from here it is closed with the session, whatever a tap does
    const transport = this.#options.tap?.transport(opened) ?? opened;
    this.#life.transport = transport;
    const profile = findProfile(transport.profile);
    if (!profile) {
      const error = new ProtocolError(`Unknown profile "${transport.profile}".`, { code: "protocol-profile" });
      void this.close(error.code, error);
      throw error;
    }
    this.#exchange.profile = profile;
    this.#life.move("initializing");
    if (this.role === "application") this.#awaitInitialize();
    const { onFrame } = this.#options;
    transport.listen({
      text: (message) => {
        if (this.#life.open) this.#exchange.receive(message);
      },
      ...(onFrame && { frame: onFrame }),
      close: (close) => void this.#life.finish(this.#life.parting ?? endOf(close)),
    });
  }

  #stayAlive(): void {
    const { keepAlive } = this.#options;
    const { transport } = this;
    if (!keepAlive || !transport) return;
    this.#keepAlive = new KeepAlive(
      {
        clock: this.#clock,
        transport,
        ping: (timeoutMs) => this.ping({ timeoutMs }),
        lost: () => transport.abandon("no sign of life"),
      },
      keepAlive,
    );
  }

  #admit(method: string): void {
    if (this.role === "voice" && this.state !== "active" && method !== "ping") {
      throw new ProtocolError("session not initialized");
    }
  }

  #deliver(context: MessageContext): void {
    if (context.name === "session.updated") {
      if (this.#codec === undefined) throw new ProtocolError("session not initialized");
      this.#codec = (context.payload as EventData<"session.updated">).audio_codec;
      if (this.state === "initializing") this.#life.move("active");
    }
    this.dispatchEvent(new RemoteEvent(context));
  }

  /** Application role: the voice side is given this long to ask. */
  #awaitInitialize(): void {
    const { initializeTimeoutMs = 10_000 } = this.#options;
    this.#life.alarm(initializeTimeoutMs, () => {
      const error = new SessionError("session-timeout", `No session.initialize within ${initializeTimeoutMs} ms.`);
      void this.close(error.code, error);
    });
  }

  /** Application role: answers `session.initialize`. */
  async #accept(params: Params<"session.initialize">, context: MessageContext): Promise<Result<"session.initialize">> {
    if (this.#initializing) throw new ProtocolError("session already initialized", { status: wireStatus.badRequest });
    this.#initializing = true;
    this.#life.cancelAlarm();
    const { onInitialize } = this.#options;
    const offered = params.audio_codec_offerings;
    try {
      const picked = onInitialize ? await onInitialize(params, context) : pickCodec(offered);
      const codec = offeredCodec(offered, picked);
      this.#codec = codec;
      if (codec) this.transport?.openMedia();
      return { audio_codec: codec };
    } catch (error) {
      this.#initializing = false;
      if (!this.#life.end) this.#awaitInitialize();
      throw error;
    }
  }

  /** Voice role: the application has picked. */
  #activate(codec: Codec | null): void {
    if (this.#life.end || this.state !== "initializing") throw this.#life.closedError;
    this.#codec = codec;
    this.#exchange.tell("session.updated", { audio_codec: codec });
    this.#life.move("active");
  }

  /** Sends a terminal request of ours. When it succeeded, the peer closes; where it does not, we do. */
  #leaveBy(method: string, params: unknown, end: SessionEnd, options: RequestOptions = {}): Promise<unknown> {
    this.#life.parting = end;
    const answer = this.#exchange.ask(method, params, options, (result) => {
      this.#life.awaitClose(end);
      return result;
    });
    return answer.catch((error: unknown) => {
      if (this.#life.parting === end) this.#life.parting = undefined;
      throw error;
    });
  }

  async #bye(end: SessionEnd): Promise<SessionEnd> {
    const { reason, error } = end;
    const [method, params] = [this.role === "voice" ? "session.terminate" : "call.hangup", { reason }];
    try {
      if (this.role === "voice" && error === undefined) this.#exchange.tell("call.hangup", { reason });
      await this.#leaveBy(method, params, end);
    } catch {
      return this.#life.finish(end);
    }
    return this.ended;
  }
}
