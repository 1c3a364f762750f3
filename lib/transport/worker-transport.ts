import { transferables } from "../frames/index.ts";
import { createCounters } from "./counters.ts";
import { Inbox } from "./inbox.ts";
import type { TransportLimits } from "./limits.ts";
import type { FromSocketWorker, ToSocketWorker } from "./socket-messages.ts";
import type { SocketWorker } from "./start-worker.ts";
import type { MediaEnds, Transport, TransportClose, TransportListener, TransportStats } from "./transport.ts";
import { TransportError } from "./transport.ts";
import { fitReason } from "./wire.ts";

/** Beyond the Worker's own deadline for the closing handshake, before it is stopped unasked. */
const workerGraceMs = 500;

/** A transport whose socket lives in a Worker: this thread sees control messages, answers, and the end. */
export class WorkerTransport implements Transport {
  readonly kind = "websocket";
  readonly profile: string;
  readonly #worker: SocketWorker;
  readonly #limits: TransportLimits;
  readonly #inbox: Inbox;
  readonly #ended: Promise<TransportClose>;
  #resolveEnded!: (close: TransportClose) => void;
  readonly #flushes = new Map<number, () => void>();
  readonly #reports = new Map<number, (stats: TransportStats) => void>();
  #lastId = 0;
  /** In the Worker's count: of the last message, and where media were opened, from where positions count here. */
  #position = 0;
  #openedAt: number | undefined;
  #beat: ((received: number) => void) | undefined;
  #requested: TransportClose | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #end: TransportClose | undefined;
  #stats: TransportStats = { ...createCounters(), thread: "worker", link: "local", bufferedBytes: 0 };

  /** Takes over a Worker that has just reported its socket open. */
  constructor(worker: SocketWorker, profile: string, limits: TransportLimits) {
    this.#worker = worker;
    this.profile = profile;
    this.#limits = limits;
    this.#inbox = new Inbox(createCounters(), limits);
    this.#inbox.openMedia(); // the Worker decides what is early
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    worker.onMessage = (message) => this.#receive(message);
    worker.onError = (reason) => this.#finish(this.#requested ?? { by: "lost", code: 1006, reason });
  }

  get closed(): boolean {
    return this.#requested !== undefined || this.#end !== undefined;
  }

  listen(listener: TransportListener): void {
    if (listener.frame) this.#post({ type: "frames-to-owner" });
    this.#inbox.listen(listener);
  }

  sendText(text: string): void {
    if (this.closed) throw new TransportError("transport-closed", "The transport is closed.", false);
    this.#post({ type: "text", text });
  }

  /** The backlog is known to the Worker only: true unless closed; what it does not send is counted in `stats`. */
  sendFrame(frame: Uint8Array): boolean {
    if (this.closed) return false;
    this.#post({ type: "frame", bytes: frame });
    return true;
  }

  openMedia(): void {
    if (this.#openedAt !== undefined) return;
    this.#openedAt = this.#position;
    this.#post({ type: "open-media", position: this.#position });
  }

  connectMedia(ends: MediaEnds): void {
    if (this.closed) throw new TransportError("transport-closed", "The transport is closed.", false);
    this.#worker.post({ type: "connect-media", ends }, [
      ...transferables(ends.uplink),
      ...transferables(ends.downlink),
    ]);
  }

  flushed(): Promise<void> {
    if (this.#end) return Promise.resolve();
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      this.#flushes.set(id, resolve);
      this.#post({ type: "flushed", id });
    });
  }

  close(code = 1000, reason = ""): Promise<TransportClose> {
    if (!this.closed) {
      this.#requested = { by: "local", code, reason: fitReason(reason) };
      this.#inbox.silence();
      const finish = (): void => this.#finish(this.#requested!);
      this.#deadline = setTimeout(finish, this.#limits.closeTimeoutMs + workerGraceMs);
      this.#post({ type: "close", code, reason });
    }
    return this.#ended;
  }

  stats(): Promise<TransportStats> {
    if (this.#end) return Promise.resolve(this.#stats);
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      this.#reports.set(id, resolve);
      this.#post({ type: "stats", id });
    });
  }

  abandon(reason: string): void {
    this.#requested ??= { by: "lost", code: 1006, reason };
    this.#finish(this.#requested);
  }

  watch(everyMs: number, beat: (received: number) => void): void {
    this.#beat = beat;
    this.#post({ type: "watch", everyMs });
  }

  #post(message: ToSocketWorker): void {
    if (!this.#end) this.#worker.post(message);
  }

  #receive(message: FromSocketWorker): void {
    switch (message.type) {
      case "text": {
        const { message: came } = message;
        this.#position = came.mediaBytes;
        const mediaBytes = came.mediaBytes - (this.#openedAt ?? came.mediaBytes);
        const violation = this.#inbox.message({ ...came, mediaBytes });
        if (violation) void this.close(violation.code, violation.reason);
        break;
      }
      case "frame":
        this.#inbox.frame(message.bytes, message.receivedAt);
        break;
      case "flushed":
        this.#flushes.get(message.id)?.();
        this.#flushes.delete(message.id);
        break;
      case "stats":
        this.#stats = message.stats;
        this.#reports.get(message.id)?.(message.stats);
        this.#reports.delete(message.id);
        break;
      case "beat":
        if (!this.closed) this.#beat?.(message.received);
        break;
      case "closed":
        this.#stats = message.stats;
        this.#finish(this.#requested ?? message.close);
        break;
      case "opened":
      case "failed":
        break;
      default:
        message satisfies never;
    }
  }

  /** Stops the Worker, and with it whatever is left of the socket. */
  #finish(close: TransportClose): void {
    if (this.#end) return;
    this.#end = close;
    clearTimeout(this.#deadline);
    this.#worker.stop();
    for (const resolve of this.#flushes.values()) resolve();
    for (const resolve of this.#reports.values()) resolve(this.#stats);
    this.#flushes.clear();
    this.#reports.clear();
    this.#inbox.end(close);
    this.#resolveEnded(close);
  }
}
