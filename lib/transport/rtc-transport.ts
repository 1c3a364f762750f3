import { createCounters } from "./counters.ts";
import { Inbox } from "./inbox.ts";
import type { TransportLimits } from "./limits.ts";
import type {
  MediaEnds,
  TextMessage,
  Transport,
  TransportClose,
  TransportListener,
  TransportStats,
} from "./transport.ts";
import { TransportError } from "./transport.ts";
import { encodeRefusal, reservedRequest } from "./webrtc-signal.ts";

/** RFC 6455 §7.4.2: 4000 to 4999 are ours. */
const misbehavedCode = 4400;
/** "Try again later" (IANA registry of RFC 6455 §11.7). */
const tryAgainCode = 1013;
/** A connection that came to a halt may come back by itself for this long (RFC 7675 gives consent up after 30 s). */
const haltMs = 10_000;

/** The states of an RTCPeerConnection (W3C WebRTC §4.3.3). */
export type PeerState = "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";

/**
 * Control on an open transport, media on a WebRTC connection beside it. Whose connection that is, a subclass says. The first message each
 * way is the two transports' own; what follows is the session's, without the requests that transports keep for themselves.
 */
export abstract class RtcTransport implements Transport {
  readonly kind = "webrtc";
  readonly live = true;
  readonly profile: string;
  protected readonly control: Transport;
  protected readonly counters = createCounters();
  protected readonly inbox: Inbox;
  readonly #signal: Promise<string>;
  #resolveSignal!: (text: string) => void;
  #signalled = false;
  readonly #connected: Promise<void>;
  #resolveConnected!: () => void;
  #halted: ReturnType<typeof setTimeout> | undefined;
  readonly #ended: Promise<TransportClose>;
  #resolveEnded!: (close: TransportClose) => void;
  #end: TransportClose | undefined;

  /** Takes `control` over, which nobody has listened to, at `attach`. */
  constructor(control: Transport, limits: TransportLimits) {
    this.control = control;
    this.profile = control.profile;
    this.inbox = new Inbox(this.counters, limits);
    this.#signal = new Promise((resolve) => {
      this.#resolveSignal = resolve;
    });
    this.#connected = new Promise((resolve) => {
      this.#resolveConnected = resolve;
    });
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** Once, by the subclass, when it is made. */
  protected attach(): void {
    this.control.listen({
      text: (message) => this.#text(message),
      close: (close) => void this.#finish(close),
    });
  }

  get closed(): boolean {
    return this.control.closed;
  }

  listen(listener: TransportListener): void {
    this.inbox.listen(listener);
  }

  sendText(text: string): void {
    this.control.sendText(text);
  }

  abstract sendFrame(frame: Uint8Array): boolean;

  openMedia(): void {
    this.inbox.openMedia();
  }

  connectMedia(_ends: MediaEnds): void {
    throw new Error("The media of this transport are not frames in pipes.");
  }

  flushed(): Promise<void> {
    return this.control.flushed();
  }

  close(code?: number, reason?: string): Promise<TransportClose> {
    if (!this.closed) {
      this.inbox.silence();
      void this.control.close(code, reason);
    }
    return this.#ended;
  }

  abandon(reason: string): void {
    this.control.abandon(reason);
  }

  watch(everyMs: number, beat: (received: number) => void): void {
    this.control.watch(everyMs, beat);
  }

  abstract stats(): Promise<TransportStats>;

  /** Gives the WebRTC connection back. Called once. */
  protected abstract release(): Promise<void> | void;

  /** The first message of the peer. Rejects where the end comes first. */
  protected signal(): Promise<string> {
    return this.#orEnd(this.#signal);
  }

  /** Resolves when media can flow. Rejects where the end comes first. */
  protected connected(): Promise<void> {
    return this.#orEnd(this.#connected);
  }

  /** The subclass tells what it hears of its connection. */
  protected peerIs(state: PeerState): void {
    if (state === "connected") {
      clearTimeout(this.#halted);
      this.#halted = undefined;
      this.#resolveConnected();
    } else if (this.closed) return;
    else if (state === "disconnected") {
      this.#halted ??= setTimeout(() => this.abandon("the audio connection came to a halt"), haltMs);
    } else if (state === "failed" || state === "closed") this.abandon("the audio connection was lost");
  }

  #text(message: TextMessage): void {
    if (!this.#signalled) {
      this.#signalled = true;
      this.#resolveSignal(message.text);
      return;
    }
    const reserved = reservedRequest(message.text);
    if (reserved) {
      if (!this.closed) this.control.sendText(encodeRefusal(reserved.id, 400, "this transport is agreed already"));
      return;
    }
    const violation = this.inbox.text(message.text, message.receivedAt);
    if (violation) void this.close(violation.code, violation.reason);
  }

  async #orEnd<T>(work: Promise<T>): Promise<T> {
    const ended = this.#ended.then(({ code, reason }): never => {
      const message = `The connection ended before sound could flow: ${code} ${reason}`.trim();
      throw new TransportError("transport-media", message, code === misbehavedCode);
    });
    ended.catch(() => {});
    return Promise.race([work, ended]);
  }

  async #finish(close: TransportClose): Promise<void> {
    if (this.#end) return;
    this.#end = close;
    clearTimeout(this.#halted);
    const released = this.release();
    this.inbox.end(close);
    await released;
    this.#resolveEnded(close);
  }

  /** The peer, or our half of the exchange, was not as it has to be. */
  protected refuse(error: unknown): Promise<TransportClose> {
    const { code, fatal, message } =
      error instanceof TransportError
        ? error
        : { code: "", fatal: true, message: "the audio connection could not be agreed" };
    if (code === "transport-aborted") return this.close(1000, "given up");
    return this.close(fatal ? misbehavedCode : tryAgainCode, message);
  }
}
