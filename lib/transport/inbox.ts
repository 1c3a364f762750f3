import type { Counters } from "./counters.ts";
import type { TransportLimits } from "./limits.ts";
import type { TextMessage, TransportClose, TransportListener } from "./transport.ts";

/** Takes one media frame. False: no room now, the same frame is offered again. */
export type FrameSink = (frame: Uint8Array, receivedAt: number) => boolean;

interface HeldFrame {
  readonly bytes: Uint8Array;
  readonly receivedAt: number;
}

/** RFC 6455 §7.4.1. The reason is what a log shows. */
export interface Violation {
  readonly code: number;
  readonly reason: string;
}

const retryMs = 5;

/** A frame pipe takes frames of any length up to its capacity; media is a run of bytes, so longer frames go down in pieces. */
export const pieceBytes = 1 << 14;

/**
 * The receiving half of a transport, on the thread that reads the wire. Holds control messages until there is a listener and media
 * until there is a reader, both bounded; delivers in wire order and nothing after `close`.
 */
export class Inbox {
  readonly #counters: Counters;
  readonly #limits: TransportLimits;
  #listener: TransportListener | undefined;
  #messages: TextMessage[] = [];
  #sink: FrameSink | undefined;
  #toListener = false;
  #held: HeldFrame[] = [];
  #heldBytes = 0;
  /** Came before `openMedia`; whether it is early is not known yet. */
  #early: HeldFrame[] = [];
  readonly #earlyCapacity: number;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #mediaOpen = false;
  #mediaBytes = 0;
  #silenced = false;
  #pulse: ReturnType<typeof setInterval> | undefined;
  #end: TransportClose | undefined;

  /**
   * @param earlyBytes Frames that arrive before `openMedia` are kept up to this many bytes, for an owner on another thread that may have opened
   * media before they came. Positions then count from the first byte ever received.
   */
  constructor(counters: Counters, limits: TransportLimits, earlyBytes = 0) {
    this.#counters = counters;
    this.#limits = limits;
    this.#earlyCapacity = earlyBytes;
  }

  /** Delivers what was held. Throws where there is a listener already. */
  listen(listener: TransportListener): void {
    if (this.#listener) throw new Error("This transport has a listener already.");
    this.#listener = listener;
    const messages = this.#messages;
    this.#messages = [];
    for (const message of messages) if (!this.#silenced) listener.text(message);
    if (listener.frame && !this.#sink) {
      this.#toListener = true;
      this.#sink = (frame, receivedAt) => {
        listener.frame?.(frame, receivedAt);
        return true;
      };
      this.#drain();
    }
    if (this.#end) listener.close(this.#end);
  }

  /** `position`: what came before it was early; what came behind it and was kept is handed on. */
  openMedia(position = Number.POSITIVE_INFINITY): void {
    if (this.#mediaOpen) return;
    this.#mediaOpen = true;
    const kept = this.#early;
    this.#early = [];
    let at = 0;
    for (const { bytes, receivedAt } of kept) {
      if (at < position) this.#counters.earlyFrames++;
      else this.#handAll(bytes, receivedAt);
      at += bytes.byteLength;
    }
  }

  /** From here media goes to `sink` instead of the listener. */
  connect(sink: FrameSink): void {
    this.#toListener = false;
    this.#sink = sink;
    this.#drain();
  }

  text(text: string, receivedAt: number): Violation | undefined {
    return this.message({ text, receivedAt, mediaBytes: this.#mediaBytes });
  }

  message(message: TextMessage): Violation | undefined {
    if (this.#silenced || this.#end) return undefined;
    this.#counters.receivedTexts++;
    if (this.#listener) this.#listener.text(message);
    else if (this.#messages.length < this.#limits.heldTexts) this.#messages.push(message);
    else return { code: 1008, reason: "too many messages before anyone listened" };
    return undefined;
  }

  frame(bytes: Uint8Array, receivedAt: number): void {
    if (this.#silenced || this.#end) return;
    const counters = this.#counters;
    if (bytes.byteLength > this.#limits.maxFrameBytes) {
      counters.oversizedFrames++;
      return;
    }
    counters.receivedFrames++;
    counters.receivedBytes += bytes.byteLength;
    if (!this.#mediaOpen) {
      this.#keep(bytes, receivedAt);
      return;
    }
    if (this.#heldBytes + bytes.byteLength > this.#limits.heldBytes) {
      counters.droppedDownlinkFrames++;
      return;
    }
    this.#mediaBytes += bytes.byteLength;
    this.#handAll(bytes, receivedAt);
  }

  #keep(bytes: Uint8Array, receivedAt: number): void {
    if (this.#mediaBytes + bytes.byteLength > this.#earlyCapacity) {
      this.#counters.earlyFrames++;
      return;
    }
    this.#mediaBytes += bytes.byteLength;
    this.#early.push({ bytes, receivedAt });
  }

  #handAll(bytes: Uint8Array, receivedAt: number): void {
    if (bytes.byteLength <= pieceBytes || this.#toListener) this.#hand(bytes, receivedAt);
    else {
      for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
        this.#hand(bytes.subarray(at, at + pieceBytes), receivedAt);
      }
    }
  }

  #hand(bytes: Uint8Array, receivedAt: number): void {
    if (this.#held.length === 0 && this.#sink?.(bytes, receivedAt)) return;
    this.#held.push({ bytes, receivedAt });
    this.#heldBytes += bytes.byteLength;
    if (this.#sink) this.#retry ??= setTimeout(this.#drain, retryMs);
  }

  /** Calls `beat` every so often until the end, with what was received so far. */
  watch(everyMs: number, beat: (received: number) => void): void {
    clearInterval(this.#pulse);
    if (this.#silenced || this.#end) return;
    this.#pulse = setInterval(() => beat(this.#counters.receivedTexts + this.#counters.receivedFrames), everyMs);
  }

  /** We are closing: nothing but the end is delivered from here. */
  silence(): void {
    this.#silenced = true;
    clearInterval(this.#pulse);
    this.#discardMedia();
  }

  end(close: TransportClose): void {
    if (this.#end) return;
    this.#end = close;
    clearInterval(this.#pulse);
    this.#discardMedia();
    this.#listener?.close(close);
  }

  #drain = (): void => {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const sink = this.#sink;
    if (!sink) return;
    let taken = 0;
    for (const { bytes, receivedAt } of this.#held) {
      if (!sink(bytes, receivedAt)) break;
      this.#heldBytes -= bytes.byteLength;
      taken++;
    }
    this.#held.splice(0, taken);
    if (this.#held.length > 0) this.#retry = setTimeout(this.#drain, retryMs);
  };

  #discardMedia(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#held = [];
    this.#heldBytes = 0;
    this.#counters.earlyFrames += this.#early.length;
    this.#early = [];
    this.#sink = undefined;
  }
}
