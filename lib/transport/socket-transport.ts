import { FrameReader, FrameWriter } from "../frames/index.ts";
import { createCounters } from "./counters.ts";
import type { FrameSink } from "./inbox.ts";
import { Inbox } from "./inbox.ts";
import type { TransportLimits } from "./limits.ts";
import { exceedsBytes, limitsFrom } from "./limits.ts";
import type { MediaEnds, Transport, TransportClose, TransportListener, TransportStats } from "./transport.ts";
import { TransportError } from "./transport.ts";
import type { Wire } from "./wire.ts";
import { fitReason } from "./wire.ts";

export interface SocketTransportOptions extends Partial<TransportLimits> {
  /** The negotiated token. */
  readonly profile: string;
  readonly thread: TransportStats["thread"];
  /** See `Inbox`. */
  readonly earlyBytes?: number | undefined;
  /** What the wire does with the frames that it sends. */
  readonly copiesFrames?: boolean;
}

const flushPollMs = 5;

/** A transport over a WebSocket that lives on this thread: in the socket Worker, on a page that may have none, and in Node. */
export class SocketTransport implements Transport {
  readonly kind = "websocket";
  readonly profile: string;
  readonly copiesFrames: boolean;
  readonly #wire: Wire;
  readonly #limits: TransportLimits;
  readonly #thread: TransportStats["thread"];
  readonly #counters = createCounters();
  readonly #inbox: Inbox;
  readonly #ended: Promise<TransportClose>;
  #resolveEnded!: (close: TransportClose) => void;
  #link: TransportStats["link"] = "local";
  #reader: FrameReader | undefined;
  #writer: FrameWriter | undefined;
  #requested: TransportClose | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #end: TransportClose | undefined;

  /** Takes the wire over; call it in the same task in which the socket opened, so that nothing it receives is missed. */
  constructor(wire: Wire, options: SocketTransportOptions) {
    this.#wire = wire;
    this.#limits = limitsFrom(options);
    this.#thread = options.thread;
    this.profile = options.profile;
    this.copiesFrames = options.copiesFrames ?? false;
    this.#inbox = new Inbox(this.#counters, this.#limits, options.earlyBytes);
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    wire.listen({
      text: (text) => this.#text(text),
      frame: (bytes) => this.#inbox.frame(bytes, Date.now()),
      close: (code, reason, clean) => this.#finish(this.#requested ?? { by: clean ? "remote" : "lost", code, reason }),
    });
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
    this.#wire.sendText(text);
  }

  sendFrame(frame: Uint8Array): boolean {
    const counters = this.#counters;
    if (this.closed) return false;
    if (this.#wire.bufferedBytes > this.#limits.highWaterBytes) {
      counters.droppedUplinkFrames++;
      return false;
    }
    counters.sentFrames++;
    counters.sentBytes += frame.byteLength;
    this.#wire.sendFrame(frame);
    return true;
  }

  openMedia(position?: number): void {
    this.#inbox.openMedia(position);
  }

  connectMedia(ends: MediaEnds): void {
    if (this.closed) throw new TransportError("transport-closed", "The transport is closed.", false);
    this.#disconnectMedia();
    this.#link = ends.uplink.kind;
    const writer = new FrameWriter(ends.downlink);
    const reader = new FrameReader(ends.uplink, (bytes) => {
      this.sendFrame(bytes);
    });
    this.#writer = writer;
    this.#reader = reader;
    this.connectSink((bytes, receivedAt) => writer.write(bytes, receivedAt));
    reader.listen();
  }

  /** Like `connectMedia`, for the way down only. */
  connectSink(sink: FrameSink): void {
    this.#inbox.connect(sink);
  }

  async flushed(): Promise<void> {
    while (!this.#end && this.#wire.bufferedBytes > 0) await new Promise((resolve) => setTimeout(resolve, flushPollMs));
  }

  close(code = 1000, reason = ""): Promise<TransportClose> {
    if (!this.closed) this.#shut({ by: "local", code, reason: fitReason(reason) });
    return this.#ended;
  }

  async stats(): Promise<TransportStats> {
    return this.snapshot();
  }

  snapshot(): TransportStats {
    const bufferedBytes = this.#end ? 0 : this.#wire.bufferedBytes;
    return { thread: this.#thread, link: this.#link, ...this.#counters, bufferedBytes };
  }

  abandon(reason: string): void {
    if (this.#end) return;
    this.#requested ??= { by: "lost", code: 1006, reason };
    this.#wire.terminate();
    this.#finish(this.#requested);
  }

  watch(everyMs: number, beat: (received: number) => void): void {
    this.#inbox.watch(everyMs, beat);
  }

  #text(text: string): void {
    const violation = exceedsBytes(text, this.#limits.maxTextBytes)
      ? { code: 1009, reason: `a message is longer than ${this.#limits.maxTextBytes} bytes` }
      : this.#inbox.text(text, Date.now());
    if (violation && !this.closed) this.#shut({ by: "local", ...violation });
  }

  #shut(request: TransportClose): void {
    this.#requested = request;
    this.#inbox.silence();
    this.#disconnectMedia();
    this.#deadline = setTimeout(() => {
      this.#wire.terminate();
      this.#finish(request);
    }, this.#limits.closeTimeoutMs);
    this.#wire.close(request.code, request.reason);
  }

  #finish(close: TransportClose): void {
    if (this.#end) return;
    this.#end = close;
    clearTimeout(this.#deadline);
    this.#disconnectMedia();
    this.#inbox.end(close);
    this.#resolveEnded(close);
  }

  #disconnectMedia(): void {
    this.#reader?.close();
    this.#writer?.close();
    this.#reader = undefined;
    this.#writer = undefined;
  }
}
