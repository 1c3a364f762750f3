import { FrameReader, FrameWriter } from "../frames/index.ts";
import { createCounters } from "./counters.ts";
import { Inbox } from "./inbox.ts";
import type { TransportLimits } from "./limits.ts";
import { exceedsBytes, limitsFrom } from "./limits.ts";
import type { MediaEnds, Transport, TransportClose, TransportListener, TransportStats } from "./transport.ts";
import { TransportError } from "./transport.ts";
import { fitReason } from "./wire.ts";

export interface MemoryPairOptions extends Partial<TransportLimits> {
  /** What both ends say was negotiated. */
  readonly profile?: string;
  /** Epoch milliseconds, for a clock that a test moves. Default: `Date.now`. */
  readonly now?: () => number;
}

/**
 * Two transports connected to each other in this thread. What one sends the other receives in a later microtask, in order, without any
 * timer: works under fake time. The first is meant for the side that dials.
 */
export function createMemoryTransportPair(options: MemoryPairOptions = {}): [MemoryTransport, MemoryTransport] {
  const profile = options.profile ?? "rtvbp.v1";
  const limits = limitsFrom(options);
  const near = new MemoryTransport(profile, limits, options.now);
  const far = new MemoryTransport(profile, limits, options.now);
  near.join(far);
  far.join(near);
  return [near, far];
}

type Item =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "frame"; readonly bytes: Uint8Array }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

export class MemoryTransport implements Transport {
  readonly kind = "memory";
  readonly #limits: TransportLimits;
  readonly #now: () => number;
  readonly #counters = createCounters();
  readonly #inbox: Inbox;
  readonly #ended: Promise<TransportClose>;
  #resolveEnded!: (close: TransportClose) => void;
  #peer: MemoryTransport | undefined;
  /** Sent to us and not yet delivered. */
  #arriving: Item[] = [];
  #arrivingBytes = 0;
  #whenDelivered: (() => void)[] = [];
  #link: TransportStats["link"] = "local";
  #reader: FrameReader | undefined;
  #writer: FrameWriter | undefined;
  #requested: TransportClose | undefined;
  #end: TransportClose | undefined;

  /** For `createMemoryTransportPair`. */
  constructor(
    readonly profile: string,
    limits: TransportLimits,
    now: () => number = () => Date.now(),
  ) {
    this.#limits = limits;
    this.#now = now;
    this.#inbox = new Inbox(this.#counters, limits);
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** For `createMemoryTransportPair`. */
  join(peer: MemoryTransport): void {
    this.#peer = peer;
  }

  get closed(): boolean {
    return this.#requested !== undefined || this.#end !== undefined;
  }

  listen(listener: TransportListener): void {
    this.#inbox.listen(listener);
  }

  sendText(text: string): void {
    if (this.closed) throw new TransportError("transport-closed", "The transport is closed.", false);
    this.#counters.sentTexts++;
    this.#peer?.receive({ type: "text", text });
  }

  sendFrame(frame: Uint8Array): boolean {
    if (this.closed || !this.#peer) return false;
    if (this.#peer.#arrivingBytes > this.#limits.highWaterBytes) {
      this.#counters.droppedUplinkFrames++;
      return false;
    }
    this.#counters.sentFrames++;
    this.#counters.sentBytes += frame.byteLength;
    this.#peer.receive({ type: "frame", bytes: frame });
    return true;
  }

  openMedia(): void {
    this.#inbox.openMedia();
  }

  connectMedia(ends: MediaEnds): void {
    if (this.closed) throw new TransportError("transport-closed", "The transport is closed.", false);
    this.#disconnectMedia();
    this.#link = ends.uplink.kind;
    const writer = new FrameWriter(ends.downlink);
    const reader = new FrameReader(ends.uplink, (bytes) => {
      this.sendFrame(bytes.slice()); // the reader reuses its bytes
    });
    this.#writer = writer;
    this.#reader = reader;
    this.#inbox.connect((bytes, receivedAt) => writer.write(bytes, receivedAt));
    reader.listen();
  }

  flushed(): Promise<void> {
    const peer = this.#peer;
    if (this.#end || !peer || peer.#arriving.length === 0) return Promise.resolve();
    return new Promise((resolve) => peer.#whenDelivered.push(resolve));
  }

  close(code = 1000, reason = ""): Promise<TransportClose> {
    if (!this.closed) {
      this.#requested = { by: "local", code, reason: fitReason(reason) };
      this.#inbox.silence();
      this.#disconnectMedia();
      this.#peer?.receive({ type: "close", code, reason: this.#requested.reason });
      queueMicrotask(() => this.#finish(this.#requested!));
    }
    return this.#ended;
  }

  async stats(): Promise<TransportStats> {
    const bufferedBytes = this.#end || !this.#peer ? 0 : this.#peer.#arrivingBytes;
    return { thread: "none", link: this.#link, ...this.#counters, bufferedBytes };
  }

  abandon(reason: string): void {
    this.#peer?.receive({ type: "close", code: 1006, reason });
    this.#finish({ by: "lost", code: 1006, reason });
  }

  watch(everyMs: number, beat: (received: number) => void): void {
    this.#inbox.watch(everyMs, beat);
  }

  /** As if the connection died: both ends learn that it is lost, what was under way is gone. */
  sever(reason = "severed"): void {
    for (const end of [this, this.#peer ?? this]) {
      end.#discardArriving();
      end.#finish({ by: "lost", code: 1006, reason });
    }
  }

  /** For the peer. */
  receive(item: Item): void {
    if (this.#end) return;
    this.#arriving.push(item);
    if (item.type === "frame") this.#arrivingBytes += item.bytes.byteLength;
    queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    const item = this.#arriving.shift();
    if (!item) return;
    if (item.type === "text") this.#text(item.text);
    else if (item.type === "close") {
      const { code, reason } = item;
      this.#finish(this.#requested ?? { by: code === 1006 ? "lost" : "remote", code, reason });
    } else {
      this.#arrivingBytes -= item.bytes.byteLength;
      this.#inbox.frame(item.bytes, this.#now());
    }
    if (this.#arriving.length === 0) this.#announceDelivered();
  }

  #text(text: string): void {
    const violation = exceedsBytes(text, this.#limits.maxTextBytes)
      ? { code: 1009, reason: `a message is longer than ${this.#limits.maxTextBytes} bytes` }
      : this.#inbox.text(text, this.#now());
    if (violation) void this.close(violation.code, violation.reason);
  }

  #finish(close: TransportClose): void {
    if (this.#end) return;
    this.#end = close;
    this.#disconnectMedia();
    this.#inbox.end(close);
    this.#resolveEnded(close);
  }

  #discardArriving(): void {
    this.#arriving = [];
    this.#arrivingBytes = 0;
    this.#announceDelivered();
  }

  #announceDelivered(): void {
    for (const resolve of this.#whenDelivered.splice(0)) resolve();
  }

  #disconnectMedia(): void {
    this.#reader?.close();
    this.#writer?.close();
    this.#reader = undefined;
    this.#writer = undefined;
  }
}
