import {
  defaultProfile,
  type Frame,
  findProfile,
  handles,
  lookUp,
  MalformedError,
  notImplemented,
  type Operation,
  type Profile,
  ProtocolError,
  RemoteError,
  type Role,
  type Shape,
  type WireError,
  wireStatus,
} from "../protocol/index.ts";
import type { TextMessage } from "../transport/transport.ts";
import type { MessageContext, Middleware } from "./context.ts";
import { DispatchQueue } from "./dispatch-queue.ts";
import { SessionError } from "./errors.ts";
import type { ExchangeCounters, ExchangeHost } from "./exchange-host.ts";
import { PendingRequests } from "./pending-requests.ts";

type Context = { -readonly [K in keyof MessageContext]: MessageContext[K] };

/** How long an answer is waited for. Default: `requestTimeoutMs` of the session. */
export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

type Handle = (params: unknown, context: MessageContext) => unknown;
type RequestFrame = Extract<Frame, { kind: "request" }>;
type EventFrame = Extract<Frame, { kind: "event" }>;

const internalError: WireError = { code: wireStatus.internal, message: "internal error" };

/** What the peer is told. Only what was thrown for it to see; the rest of our errors is our business. */
const wireErrorOf = (error: unknown): WireError =>
  error instanceof ProtocolError
    ? { code: error.status, message: error.message, ...(error.data !== undefined && { any: error.data }) }
    : internalError;

/**
 * Requests, answers and events over one control channel. Answers to our requests are taken as they come; requests and
 * events of the peer are handled one after the other, in the order they came. `ping` does not wait: it has no effect,
 * and a handler that takes its time is no reason to look dead.
 */
export class Exchange {
  readonly counters: ExchangeCounters = {
    malformed: 0,
    malformedPayloads: 0,
    unknownResponses: 0,
    duplicateRequests: 0,
    unknownRequests: 0,
    unknownEvents: 0,
  };
  /** Of the transport, from when it is connected. */
  profile: Profile = findProfile(defaultProfile)!;
  readonly #host: ExchangeHost;
  readonly #pending: PendingRequests;
  readonly #queue = new DispatchQueue();
  readonly #handlers = new Map<string, Handle>();
  readonly #middleware: Middleware[] = [];
  /** Identifiers of requests that are not answered yet. */
  readonly #answering = new Set<string>();
  #malformedInRow = 0;

  constructor(host: ExchangeHost) {
    this.#host = host;
    this.#pending = new PendingRequests(host.clock);
  }

  get pendingRequests(): number {
    return this.#pending.size;
  }

  get queuedMessages(): number {
    return this.#queue.length;
  }

  /** Replaces the handler there was. Returns what takes this one away again. */
  handle(method: string, handle: Handle): () => void {
    const { profile } = this;
    const { role } = this.#host;
    const operation = lookUp(profile.catalog.operations, method);
    if (!operation || !handles(role, operation)) throw wrongRole(method, "handle", role);
    this.#handlers.set(method, handle);
    return () => {
      if (this.#handlers.get(method) === handle) this.#handlers.delete(method);
    };
  }

  use(middleware: Middleware): void {
    this.#middleware.push(middleware);
  }

  /** Sends a request. `accept` makes something of the decoded result, before any later message is looked at. */
  async ask<T>(
    method: string,
    params: unknown,
    { signal, timeoutMs }: RequestOptions,
    accept: (result: unknown, message: TextMessage) => T,
  ): Promise<T> {
    const { profile } = this;
    const { role, requestTimeoutMs } = this.#host;
    const operation = lookUp(profile.catalog.operations, method);
    if (!operation || operation.handledBy === role) throw wrongRole(method, "send", role);
    const id = this.#host.newId();
    const text = profile.envelope.request(id, method, operation.params.encode(params, "params"));
    const answer = this.#pending.wait(id, {
      method,
      timeoutMs: timeoutMs ?? requestTimeoutMs,
      signal,
      accept: (frame, message) => {
        if (frame.kind === "error") throw new RemoteError(method, frame.error);
        return accept(this.#decode(operation.result, frame.result, "result"), message);
      },
    });
    if (this.#pending.has(id) && !this.#host.send(text)) {
      this.#pending.fail(id, new SessionError("session-closed", `${method} was not sent: not connected.`));
    }
    return answer;
  }

  /** Sends an event. False where it did not go. */
  tell(event: string, data: unknown): boolean {
    const { profile } = this;
    const { role } = this.#host;
    const definition = lookUp(profile.catalog.events, event);
    if (definition?.emittedBy !== role) throw wrongRole(event, "emit", role);
    return this.#host.send(profile.envelope.event(this.#host.newId(), event, definition.data.encode(data, "data")));
  }

  receive(message: TextMessage): void {
    let frame: Frame;
    try {
      frame = this.profile.envelope.decode(message.text);
    } catch (error) {
      this.#unreadable(error as MalformedError);
      return;
    }
    this.#malformedInRow = 0;
    if (frame.kind === "result" || frame.kind === "error") {
      if (!this.#pending.answer(frame, message)) this.counters.unknownResponses++;
    } else if (Math.max(this.#queue.length, this.#answering.size) >= this.#host.maxQueued) {
      this.#host.giveUp(new SessionError("session-overload", "The peer sends faster than its messages are handled."));
    } else if (frame.kind === "event") {
      this.#enqueue(message, frame.event, frame, (context) => this.#deliver(frame, context));
    } else if (this.#answering.has(frame.id)) {
      this.counters.duplicateRequests++;
    } else {
      this.#answering.add(frame.id);
      this.#enqueue(message, frame.method, frame, (context) => this.#answer(frame, context));
    }
  }

  /** Forgets what is queued and fails what waits. Nothing is sent from here: the host says no. */
  stop(error: SessionError): void {
    this.#queue.clear();
    this.#pending.failAll(error);
  }

  /** `work` never rejects. */
  #enqueue(
    { receivedAt, mediaBytes }: TextMessage,
    name: string,
    { kind, id }: RequestFrame | EventFrame,
    work: (context: Context) => Promise<void>,
  ): void {
    const turn = (): Promise<void> =>
      new Promise((goOn) => {
        const { signal } = this.#host;
        const context = { kind, name, id, payload: undefined, receivedAt, mediaBytes, signal, defer: goOn };
        void work(context).then(goOn);
      });
    if (name === "ping") void turn();
    else this.#queue.push(turn);
  }

  #decode(shape: Shape<unknown>, value: unknown, path: string): unknown {
    try {
      return shape.decode(value, path);
    } catch (error) {
      this.counters.malformedPayloads++;
      throw error;
    }
  }

  #unreadable(error: MalformedError): void {
    const { maxMalformed, giveUp, send, fault } = this.#host;
    this.counters.malformed++;
    if (error.requestId !== undefined) send(this.profile.envelope.error(error.requestId, wireErrorOf(error)));
    fault(error);
    if (++this.#malformedInRow < maxMalformed) return;
    const message = `${maxMalformed} messages in a row could not be read.`;
    giveUp(new SessionError("session-malformed", message, { cause: error }));
  }

  #chain(context: MessageContext, last: () => unknown): unknown {
    const step = (index: number): unknown => {
      const middleware = this.#middleware[index];
      return middleware ? middleware(context, () => step(index + 1)) : last();
    };
    return step(0);
  }

  async #deliver({ event, data }: EventFrame, context: Context): Promise<void> {
    const { role, deliver, fault } = this.#host;
    const definition = lookUp(this.profile.catalog.events, event);
    if (!definition || definition.emittedBy === role) {
      this.counters.unknownEvents++;
      return;
    }
    try {
      context.payload = this.#decode(definition.data, data, "data");
      await this.#chain(context, () => deliver(context));
    } catch (error) {
      fault(error, event);
    }
  }

  async #answer({ id, method, params }: RequestFrame, context: Context): Promise<void> {
    let operation: Operation<unknown, unknown>;
    try {
      operation = this.#admit(method);
      context.payload = this.#decode(operation.params, params, "params");
    } catch (error) {
      this.#refuse(id, method, error, wireErrorOf(error));
      return;
    }
    let text: string;
    try {
      const result = await this.#chain(context, () => this.#handle(context));
      text = this.profile.envelope.result(id, operation.result.encode(result, "result"));
    } catch (error) {
      // Malformed here is what a handler of ours returned or sent.
      this.#refuse(id, method, error, error instanceof MalformedError ? internalError : wireErrorOf(error));
      return;
    }
    if (this.#reply(id, text) && operation.terminal) this.#host.part(method, context.payload);
  }

  #admit(method: string): Operation<unknown, unknown> {
    const { role, admit } = this.#host;
    const operation = lookUp(this.profile.catalog.operations, method);
    if (operation && handles(role, operation)) {
      admit(method);
      return operation;
    }
    this.counters.unknownRequests++;
    throw notImplemented(operation?.refusal ?? `unknown method: ${method.slice(0, 80)}`);
  }

  #handle(context: MessageContext): unknown {
    const handle = this.#handlers.get(context.name);
    if (handle) return handle(context.payload, context);
    throw notImplemented(`${context.name} is not implemented`);
  }

  #refuse(id: string, method: string, error: unknown, answer: WireError): void {
    const { envelope } = this.profile;
    const { fault } = this.#host;
    if (!(error instanceof ProtocolError) || error instanceof MalformedError) fault(error, method);
    let text: string;
    try {
      text = envelope.error(id, answer);
    } catch (unwritable) {
      fault(unwritable, method);
      text = envelope.error(id, internalError);
    }
    this.#reply(id, text);
  }

  /** False where the session has ended meanwhile. */
  #reply(id: string, text: string): boolean {
    return this.#answering.delete(id) && this.#host.send(text);
  }
}

const wrongRole = (name: string, verb: string, role: Role): SessionError =>
  new SessionError("session-role", `${name} is not for the ${role} side to ${verb}.`);
