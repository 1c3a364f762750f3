import {
  decodeSignal,
  hubClose,
  hubSubprotocols,
  hubUrl,
  type Resumption,
  type SignalData,
  SignalInbox,
  type SignalMessage,
  SignalOutbox,
} from "../../protocol/signal/index.ts";
import { Backoff, type Clock, systemClock } from "../../session/index.ts";
import { webSocketUrl } from "../../transport/index.ts";
import type { VoiceError } from "../voice-error.ts";
import { clientError } from "./client-error.ts";

/** `away`: it was connected, and tries to be again. */
export type LinkState = "idle" | "connecting" | "online" | "away" | "closed";

export type Welcome = SignalData<"welcome">;

export interface SignalLinkListener {
  /** From the hub, each once and in order. */
  message(message: SignalMessage): void;
  /** Connected. `welcome.resumed`: calls from before were kept, and nothing was missed. */
  welcome(welcome: Welcome): void;
  state(state: LinkState, error?: VoiceError): void;
}

/** What of a WebSocket the link needs; the `ws` package's class fits too. */
export interface LinkSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: (() => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export interface SignalLinkOptions {
  readonly hub: string | URL;
  readonly id: string;
  readonly displayName?: string | undefined;
  /** See `HubAddress`. */
  readonly contactsOnly?: boolean | undefined;
  readonly token?: string | undefined;
  /** What `resumption` was on a page before this one: goes on where that one was. */
  readonly resume?: Resumption | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
  readonly WebSocket?: (new (url: string, protocols: string[]) => LinkSocket) | undefined;
}

/** A hub that does not say welcome within this time is none. */
const welcomeMs = 8000;
const probeMs = 4000;
/** A page that is loaded again may be there before the hub has noticed that the one before is gone. */
const reloadMs = 3000;
/** Messages that wait for a connection; beyond this the oldest are dropped. */
const maxQueued = 256;

/**
 * One connection to a hub after the other, for as long as it is open: a lost one is made again, with growing pauses, and goes on where the one
 * before broke off (resume token, numbered messages). What is sent meanwhile waits. Page or Node, main thread.
 */
export class SignalLink {
  readonly #options: SignalLinkOptions;
  readonly #listener: SignalLinkListener;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #state: LinkState = "idle";
  #socket: LinkSocket | undefined;
  #outbox = new SignalOutbox();
  #inbox: SignalInbox;
  #queued: SignalMessage[] = [];
  #resume: string | undefined;
  /** Nothing was said here yet, but by a page before this one. */
  #takesOver: boolean;
  #welcomed = false;
  #cancelTimer: () => void = () => {};
  #cancelProbe: () => void = () => {};
  #heardAt = 0;
  #openedAt = 0;
  #opening: { promise: Promise<void>; resolve: () => void; reject: (error: VoiceError) => void } | undefined;

  constructor(options: SignalLinkOptions, listener: SignalLinkListener) {
    this.#options = options;
    this.#listener = listener;
    this.#clock = options.clock ?? systemClock;
    this.#resume = options.resume?.token;
    this.#takesOver = options.resume !== undefined;
    this.#inbox = new SignalInbox(options.resume?.seen);
    const { random } = options;
    this.#backoff = new Backoff({ firstDelayMs: 300, maxDelayMs: 8000, ...(random && { random }) });
  }

  get state(): LinkState {
    return this.#state;
  }

  /** For a page that takes the place of this one, within the hub's grace time. */
  get resumption(): Resumption | undefined {
    return this.#resume === undefined ? undefined : { token: this.#resume, seen: this.#inbox.last };
  }

  /**
   * Resolves at the hub's welcome. Rejects with `VoiceError` where it refuses for good, or at the first failure: `hub-unreachable` goes on
   * trying. Idempotent while it is open.
   */
  open(): Promise<void> {
    if (this.#state === "closed") return Promise.reject(closedError());
    if (this.#state === "online") return Promise.resolve();
    if (!this.#opening) {
      let [resolve, reject] = [() => {}, (_: VoiceError) => {}];
      const promise = new Promise<void>((done, fail) => {
        [resolve, reject] = [done, fail];
      });
      promise.catch(() => {});
      this.#opening = { promise, resolve, reject };
      if (this.#state !== "idle") return promise; // it goes on trying
      this.#openedAt = this.#clock.now();
      this.#to("connecting");
      this.#connect();
    }
    return this.#opening.promise;
  }

  /** Sends, or keeps it until there is a connection. After `close` nothing is sent. */
  send(message: SignalMessage): void {
    if (this.#state === "closed") return;
    if (this.#welcomed && this.#socket) this.#socket.send(this.#outbox.add(message));
    else {
      this.#queued.push(message);
      if (this.#queued.length > maxQueued) this.#queued.shift();
    }
  }

  /** Something happened to the network or the page: looks whether the connection is still there, or tries at once to get one. */
  wake(): void {
    if (this.#state === "closed" || this.#state === "idle") return;
    if (!this.#socket) {
      this.#cancelTimer();
      this.#connect();
    } else if (this.#welcomed) this.#probe();
  }

  /** Idempotent. What was sent before is on its way. */
  close(): void {
    if (this.#state === "closed") return;
    this.#cancelTimer();
    this.#release();
    this.#queued = [];
    this.#opening?.reject(closedError());
    this.#to("closed");
  }

  #connect(): void {
    const { hub, id, displayName, contactsOnly, token } = this.#options;
    let socket: LinkSocket;
    try {
      const Socket = this.#options.WebSocket ?? (WebSocket as unknown as NonNullable<SignalLinkOptions["WebSocket"]>);
      const base = (globalThis as { location?: { href: string } }).location?.href;
      const address = hubUrl(webSocketUrl(hub, base), { id, displayName, contactsOnly });
      socket = new Socket(address, hubSubprotocols(token, this.resumption));
    } catch (cause) {
      this.#refused(clientError("hub-refused", "The address of the hub cannot be opened here.", cause));
      return;
    }
    this.#socket = socket;
    this.#cancelTimer = this.#clock.after(welcomeMs, () => this.#lost(0));
    socket.onmessage = ({ data }) => typeof data === "string" && this.#take(data);
    socket.onerror = () => {}; // `close` follows it
    socket.onclose = ({ code }) => this.#lost(code);
  }

  #take(text: string): void {
    this.#heardAt = this.#clock.now();
    let message: SignalMessage;
    try {
      message = decodeSignal(text);
    } catch {
      return; // of a newer hub: what is not known is not needed
    }
    if (message.type === "welcome") this.#welcome(message.data);
    else if (this.#inbox.take(message)) this.#listener.message(message);
  }

  #welcome(welcome: Welcome): void {
    this.#cancelTimer();
    this.#backoff.reset();
    this.#resume = welcome.resumeToken;
    if (this.#takesOver) this.#outbox = new SignalOutbox(undefined, welcome.received);
    this.#takesOver = false;
    const again = welcome.resumed ? this.#outbox.after(welcome.received) : undefined;
    if (!again) {
      this.#outbox = new SignalOutbox();
      this.#inbox = new SignalInbox();
    }
    this.#welcomed = true;
    for (const text of again ?? []) this.#socket?.send(text);
    this.#listener.welcome({ ...welcome, resumed: again !== undefined });
    for (const message of this.#queued.splice(0)) this.send(message);
    this.#to("online");
    this.#opening?.resolve();
  }

  #lost(code: number): void {
    this.#release();
    const settled = this.#clock.now() - this.#openedAt >= reloadMs;
    const refusal = refusalOf(code, this.#options.id);
    if (refusal && (settled || code !== hubClose.duplicateId)) {
      this.#refused(refusal);
      return;
    }
    const error = clientError("hub-unreachable", "There is no connection to the hub.");
    if (code !== hubClose.duplicateId) {
      this.#opening?.reject(error);
      this.#opening = undefined;
    }
    this.#to(this.#resume === undefined ? "connecting" : "away", error);
    this.#cancelTimer = this.#clock.after(this.#backoff.nextMs(), () => this.#connect());
  }

  #refused(error: VoiceError): void {
    this.#release();
    this.#opening?.reject(error);
    this.#to("closed", error);
  }

  /** Something that the hub answers; a connection on which nothing comes is none. */
  #probe(): void {
    const askedAt = this.#clock.now();
    this.#cancelProbe();
    this.send({ type: "ice-servers-request", data: {} });
    this.#cancelProbe = this.#clock.after(probeMs, () => {
      if (this.#heardAt >= askedAt || !this.#socket) return;
      this.#lost(0);
    });
  }

  #release(): void {
    this.#cancelTimer();
    this.#cancelProbe();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#welcomed = false;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    // While it is connecting, too: it is not to come later.
    socket.close(1000, "closed");
  }

  #to(state: LinkState, error?: VoiceError): void {
    if (this.#state === state && !error) return;
    this.#state = state;
    this.#listener.state(state, error);
  }
}

/** Undefined where trying again may help. */
function refusalOf(code: number, id: string): VoiceError | undefined {
  if (code === hubClose.duplicateId) return clientError("hub-duplicate-id", `Somebody is connected as "${id}".`);
  if (code === hubClose.superseded) {
    return clientError("hub-duplicate-id", "Another page took the place of this one.");
  }
  const refused = code === 1008 || (code >= 4400 && code < 4410);
  return refused ? clientError("hub-refused", `The hub refused the connection (${code}).`) : undefined;
}

const closedError = () => clientError("hub-closed", "The client is closed.");
