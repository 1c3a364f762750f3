import {
  type Codec,
  defaultProfile,
  type EventData,
  type EventName,
  findProfile,
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
import type { InitializeOptions, SessionOptions, SessionStats } from "./options.ts";
import { measure, type PingReport, pong } from "./ping.ts";
import { move, type SessionState } from "./state.ts";

/**
 * One authenticated control connection and its role in a call. Correlates, orders, times out and closes; knows a transport, never a socket.
 * Every session ends exactly once, whatever happens, and leaves nothing open.
 */
export class Session extends (EventTarget as new () => TypedEventTarget<SessionEventMap>) {
  readonly role: Role;
  /** Resolves with the end, after the `ended` event. Never rejects. */
  readonly ended: Promise<SessionEnd>;
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  readonly #exchange: Exchange;
  readonly #lifetime = new AbortController();
  readonly #closeTimeoutMs: number;
  #resolveEnded!: (end: SessionEnd) => void;
  #state: SessionState = "idle";
  #started: Promise<void> | undefined;
  #transport: Transport | undefined;
  #profile: Profile = findProfile(defaultProfile)!;
  #codec: Codec | null | undefined;
  /** `session.initialize` was sent, or is being answered. */
  #initializing = false;
  /** How the session will have ended when the transport closes, once a terminal operation is under way. */
  #parting: SessionEnd | undefined;
  #hangingUp: Promise<SessionEnd> | undefined;
  #end: SessionEnd | undefined;
  #cancelAlarm: () => void = () => undefined;
  #rttMs: number | undefined;

  constructor(options: SessionOptions) {
    super();
    this.#options = options;
    this.role = options.role;
    this.#clock = options.clock ?? systemClock;
    this.#closeTimeoutMs = options.closeTimeoutMs ?? 2000;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const session = this;
    let lastId = 0;
    this.#exchange = new Exchange({
      role: options.role,
      clock: this.#clock,
      signal: this.#lifetime.signal,
      get profile() {
        return session.#profile;
      },
      requestTimeoutMs: options.requestTimeoutMs ?? 5000,
      maxMalformed: options.maxMalformed ?? 10,
      maxQueued: options.maxQueued ?? 1000,
      newId: options.newId ?? (() => `${++lastId}`),
      send: (text) => this.#send(text),
      admit: (method) => this.#admit(method),
      deliver: (context) => this.#deliver(context),
      fault: (error, at) => this.dispatchEvent(new SessionFaultEvent(error, at)),
      giveUp: (error) => void this.#finish({ reason: error.code, by: "local", error }, 4400),
      part: (method, params) => void this.#part(method, params as { reason?: string }),
    });
    this.#exchange.handle("ping", (params, context) => pong(params as Params<"ping">, context, this.#clock));
    if (options.role === "application") {
      this.#exchange.handle("session.initialize", (params, context) => this.#accept(params as never, context));
      this.#exchange.handle("session.terminate", () => ({}));
    }
    options.signal?.addEventListener("abort", () => void this.close("aborted"), { signal: this.#lifetime.signal });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The open transport, for its media and its statistics. Undefined before it is connected. */
  get transport(): Transport | undefined {
    return this.#transport;
  }

  get profile(): Profile {
    return this.#profile;
  }

  /** What was agreed on: null for a call without audio, undefined before `session.initialize` was answered. */
  get codec(): Codec | null | undefined {
    return this.#codec;
  }

  /** The end, once there is one. */
  get end(): SessionEnd | undefined {
    return this.#state === "closed" || this.#state === "failed" ? this.#end : undefined;
  }

  stats(): SessionStats {
    const { counters, pendingRequests, queuedMessages } = this.#exchange;
    return { ...counters, pendingRequests, queuedMessages, rttMs: this.#rttMs };
  }

  /** Answers requests of this method, in place of the handler there was. Returns what takes it away again. */
  handle<M extends Method>(method: M, handler: Handler<M>): () => void {
    return this.#exchange.handle(method, (params, context) => handler(params as Params<M>, context));
  }

  /** Like a listener for an event of the peer, but what it throws is a `fault` of the session and not an uncaught error. */
  on<E extends EventName>(name: E, listener: (data: EventData<E>, event: RemoteEvent<E>) => unknown): () => void {
    const guarded = async (event: Event): Promise<void> => {
      try {
        await listener((event as RemoteEvent<E>).data, event as RemoteEvent<E>);
      } catch (error) {
        this.dispatchEvent(new SessionFaultEvent(error, name));
      }
    };
    this.addEventListener(name, guarded as EventListener);
    return () => this.removeEventListener(name, guarded as EventListener);
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
   * Asks the peer. Rejects with `RemoteError` (its refusal), `SessionError` (time-out, abort, end) or `MalformedError` (what it answered, or
   * what we were about to send). After a terminal operation succeeded, the session ends by itself.
   */
  request<M extends Method>(method: M, params: Params<M>, options: RequestOptions = {}): Promise<Result<M>> {
    if (!operations[method].terminal)
      return this.#exchange.ask(method, params, options, (result) => result as Result<M>);
    const { reason } = params as { reason?: string };
    return this.#leaveBy(method, params, { reason: reason || method, by: "local", method }, options) as Promise<
      Result<M>
    >;
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
   * Voice role: connects where that was not done, asks for `session.initialize`, and makes the session active with the codec the application
   * picked. Where that fails it rejects, and the session has ended.
   */
  async initialize(options: InitializeOptions): Promise<Codec | null> {
    await this.start();
    if (this.#state !== "initializing" || this.#initializing) {
      throw new SessionError("session-state", `A session cannot be initialized when it is ${this.#state}.`);
    }
    this.#initializing = true;
    const { application, call, codecs, metadata = null, prepare } = options;
    let accepted = false;
    try {
      const params = { application, call, audio_codec_offerings: codecs, metadata };
      const codec = await this.#exchange.ask("session.initialize", params, options, (result) => {
        accepted = true;
        const picked = offeredCodec(codecs, (result as Result<"session.initialize">).audio_codec);
        // Without delay: what comes behind the answer must find an active session.
        if (!prepare) this.#activate(picked);
        return picked;
      });
      if (prepare) {
        await prepare(codec, this.#lifetime.signal);
        this.#activate(codec);
      }
      return codec;
    } catch (error) {
      const end: SessionEnd = {
        reason: errorReason(error),
        by: error instanceof RemoteError ? "remote" : "local",
        error,
      };
      await (accepted && this.#state === "initializing" ? this.#bye(end) : this.#finish(end));
      throw error;
    }
  }

  /**
   * Ends the call in good order, from either role, and the session with it: the voice side tells and terminates, the application asks for
   * `call.hangup`. Ends the session as well where the peer does not play along.
   */
  hangUp(reason = "hangup"): Promise<SessionEnd> {
    if (this.#state === "closing") return this.ended;
    if (this.#state !== "active") return this.close(reason);
    this.#hangingUp ??= this.#bye({ reason: reason || "hangup", by: "local" });
    return this.#hangingUp;
  }

  /** Ends the session now: pending requests fail, the transport closes. Idempotent; resolves when nothing is open. */
  close(reason = "closed", error?: unknown): Promise<SessionEnd> {
    return this.#finish({ reason, by: "local", ...(error !== undefined && { error }) });
  }

  async #open(): Promise<void> {
    const { transport, signal } = this.#options;
    if (signal?.aborted) void this.close("aborted");
    if (this.#end) throw this.#closedError(this.#end);
    this.#move("connecting");
    if (typeof transport !== "function") return this.#attach(transport);
    let connected: Transport;
    try {
      connected = await transport(this.#lifetime.signal);
    } catch (error) {
      await this.#finish({ reason: errorReason(error), by: "network", error });
      throw error;
    }
    if (!this.#end) return this.#attach(connected);
    void connected.close(1000);
    throw this.#closedError(this.#end);
  }

  #attach(transport: Transport): void {
    this.#transport = transport;
    const profile = findProfile(transport.profile);
    if (!profile) {
      const error = new ProtocolError(`Unknown profile "${transport.profile}".`, { code: "protocol-profile" });
      void this.close(error.code, error);
      throw error;
    }
    this.#profile = profile;
    this.#move("initializing");
    if (this.role === "application") this.#awaitInitialize();
    const { onFrame } = this.#options;
    transport.listen({
      text: (message) => {
        if (this.#state !== "closing" && !this.#end) this.#exchange.receive(message);
      },
      ...(onFrame && { frame: onFrame }),
      // The place to go from `active` to `reconnecting` instead, for a transport that was lost and can be made again.
      close: (close) => void this.#finish(this.#parting ?? endOf(close)),
    });
  }

  #send(text: string): boolean {
    if (!this.#transport || this.#end || this.#state === "closing") return false;
    try {
      this.#transport.sendText(text);
      return true;
    } catch {
      return false; // It has closed; its listener is about to hear of it.
    }
  }

  #admit(method: string): void {
    if (this.role === "voice" && this.#state !== "active" && method !== "ping") {
      throw new ProtocolError("session not initialized");
    }
  }

  #deliver(context: MessageContext): void {
    if (context.name === "session.updated") {
      if (this.#codec === undefined) throw new ProtocolError("session not initialized");
      this.#codec = (context.payload as EventData<"session.updated">).audio_codec;
      if (this.#state === "initializing") this.#move("active");
    }
    this.dispatchEvent(new RemoteEvent(context));
  }

  /** Application role: the voice side is given this long to ask. */
  #awaitInitialize(): void {
    const { initializeTimeoutMs = 10_000 } = this.#options;
    this.#alarm(initializeTimeoutMs, () => {
      const error = new SessionError("session-timeout", `No session.initialize within ${initializeTimeoutMs} ms.`);
      void this.close(error.code, error);
    });
  }

  /** Application role: answers `session.initialize`. */
  async #accept(params: Params<"session.initialize">, context: MessageContext): Promise<Result<"session.initialize">> {
    if (this.#initializing) throw new ProtocolError("session already initialized", { status: wireStatus.badRequest });
    this.#initializing = true;
    this.#cancelAlarm();
    const { onInitialize } = this.#options;
    const offered = params.audio_codec_offerings;
    try {
      const picked = onInitialize ? await onInitialize(params, context) : pickCodec(offered);
      const codec = offeredCodec(offered, picked);
      this.#codec = codec;
      if (codec) this.#transport?.openMedia();
      return { audio_codec: codec };
    } catch (error) {
      this.#initializing = false;
      if (!this.#end) this.#awaitInitialize();
      throw error;
    }
  }

  /** Voice role: the application has picked. */
  #activate(codec: Codec | null): void {
    if (this.#end || this.#state !== "initializing") throw this.#closedError(this.#end);
    this.#codec = codec;
    if (codec) this.#transport?.openMedia();
    this.#exchange.tell("session.updated", { audio_codec: codec });
    this.#move("active");
  }

  /** Sends a terminal request of ours. When it succeeded, the peer closes; where it does not, we do. */
  #leaveBy(method: string, params: unknown, end: SessionEnd, options: RequestOptions = {}): Promise<unknown> {
    this.#parting = end;
    const answer = this.#exchange.ask(method, params, options, (result) => {
      this.#move("closing");
      this.#alarm(this.#closeTimeoutMs, () => void this.#finish(end));
      return result;
    });
    return answer.catch((error: unknown) => {
      if (this.#parting === end) this.#parting = undefined;
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
      return this.#finish(end);
    }
    return this.ended;
  }

  /** The peer's terminal request was answered: flush, then close. */
  async #part(method: string, { reason }: { reason?: string }): Promise<void> {
    const end: SessionEnd = { reason: reason || method, by: "remote", method };
    this.#parting = end;
    this.#move("closing");
    await this.#within(this.#transport?.flushed());
    await this.#finish(end);
  }

  #finish(end: SessionEnd, code = 1000): Promise<SessionEnd> {
    if (!this.#end) {
      // Once closing, what began it is why the session ended.
      this.#end = (this.#state === "closing" && this.#parting) || end;
      void this.#tearDown(this.#end, code);
    }
    return this.ended;
  }

  async #tearDown(end: SessionEnd, code: number): Promise<void> {
    this.#cancelAlarm();
    if (this.#state !== "closing") this.#move("closing");
    const error = this.#closedError(end);
    this.#exchange.stop(error);
    this.#lifetime.abort(error);
    const given = this.#options.transport;
    const transport = this.#transport ?? (typeof given === "function" ? undefined : given);
    await this.#within(transport?.close(code, end.reason));
    this.#move(end.error === undefined ? "closed" : "failed");
    this.dispatchEvent(new SessionEndedEvent(end));
    this.#resolveEnded(end);
  }

  #closedError(end: SessionEnd | undefined): SessionError {
    return new SessionError("session-closed", `The session ended: ${end?.reason}.`, { cause: end?.error });
  }

  #move(next: SessionState): void {
    const previous = this.#state;
    this.#state = move(previous, next);
    this.dispatchEvent(new SessionStateEvent(next, previous));
  }

  /** One at a time: the one before is cancelled. */
  #alarm(delayMs: number, run: () => void): void {
    this.#cancelAlarm();
    this.#cancelAlarm = this.#clock.after(delayMs, run);
  }

  /** Settles with `work`, or when closing may take no longer. Never rejects. */
  #within(work: Promise<unknown> | undefined): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#closeTimeoutMs, resolve);
      const done = (): void => {
        cancel();
        resolve();
      };
      Promise.resolve(work).then(done, done);
    });
  }
}
