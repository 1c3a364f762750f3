import { isUtf8 } from "node:buffer";
import { copyMasked, isSendableCode, opcodes } from "./frame.ts";
import { GrowingBytes } from "./growing-bytes.ts";

export interface MessageReaderOptions {
  /** Whether the peer masks its frames: a client must, and a server must not. */
  readonly masked: boolean;
  /** A longer message is a violation, with 1009, before it is in memory. */
  readonly maxMessageBytes: number;
}

/** What is in a run of frames, in their order. The receiver owns the bytes. */
export interface MessageEvents {
  /** Whole, however many frames it came in. Text is valid UTF-8. */
  message(payload: Buffer, isBinary: boolean): void;
  ping(payload: Buffer): void;
  pong(): void;
  /** The peer's goodbye. Nothing follows. */
  close(code: number, reason: string): void;
  /** The peer broke the protocol (RFC 6455 §7.4.1 says what the code means). Nothing follows. */
  violation(code: number, reason: string): void;
}

const fin = 0x80;
const masked = 0x80;
const noStatus = 1005;

/**
 * Reads the frames of a WebSocket without extensions out of the chunks of a connection (RFC 6455 §5), and refuses what does not belong there. A
 * frame that is whole in its chunk, as those of live sound nearly always are, is not copied: its payload is a view of the chunk.
 */
export class MessageReader {
  readonly #options: MessageReaderOptions;
  readonly #events: MessageEvents;
  /** The beginning of a frame whose end has not come; it is looked at again when there are so many bytes. */
  #held: GrowingBytes | undefined;
  #wantedBytes = 0;
  /** The beginning of a message that comes in several frames, and its opcode. */
  #parts: GrowingBytes | undefined;
  #partsOf: number = opcodes.continuation;
  #stopped = false;

  constructor(events: MessageEvents, options: MessageReaderOptions) {
    this.#events = events;
    this.#options = options;
  }

  /** Owns the chunk from here, and writes to it. */
  push(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#held) {
      this.#held.append(chunk);
      if (this.#held.length < this.#wantedBytes) return;
      bytes = this.#held.bytes();
      this.#held = undefined;
    }
    let at = 0;
    while (!this.#stopped && at < bytes.length) {
      const frameBytes = this.#frame(bytes, at);
      if (frameBytes === 0) break;
      at += frameBytes;
    }
    if (this.#stopped || at === bytes.length) return;
    this.#held = new GrowingBytes();
    this.#held.append(bytes.subarray(at));
  }

  /** Hands on the frame that begins there. Its length; 0 where its end has not come, or nothing follows. */
  #frame(bytes: Buffer, at: number): number {
    const left = bytes.length - at;
    if (left < 2) return this.#want(2);
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    const fault = this.#fault(first, second);
    if (fault !== undefined) return this.#violate(1002, fault);
    const short = second & 0x7f;
    const lengthEnd = short < 126 ? 2 : short === 126 ? 4 : 10;
    const start = lengthEnd + (this.#options.masked ? 4 : 0);
    if (left < start) return this.#want(start);
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : longLength(bytes, at + 2);
    const before = (first & 0xf) < opcodes.close ? (this.#parts?.length ?? 0) : 0;
    if (before + length > this.#options.maxMessageBytes) return this.#violate(1009, "too long");
    if (left < start + length) return this.#want(start + length);
    const payload = bytes.subarray(at + start, at + start + length);
    if (this.#options.masked) copyMasked(payload, payload, 0, bytes.readInt32LE(at + lengthEnd));
    this.#hand(first, payload);
    return this.#stopped ? 0 : start + length;
  }

  /** What is wrong with the two bytes at the beginning of a frame, whatever follows. */
  #fault(first: number, second: number): string | undefined {
    const opcode = first & 0xf;
    if ((first & 0x70) !== 0) return "a reserved bit is set";
    if (((second & masked) !== 0) !== this.#options.masked) return "masked as it must not be";
    if (opcode >= opcodes.close) {
      if (opcode > opcodes.pong) return "unknown opcode";
      return (first & fin) === 0 || (second & 0x7f) > 125 ? "a control frame is short and whole" : undefined;
    }
    if (opcode > opcodes.binary) return "unknown opcode";
    if ((opcode === opcodes.continuation) === (this.#partsOf === opcodes.continuation)) return "frames out of order";
    return undefined;
  }

  #hand(first: number, payload: Buffer): void {
    const opcode = first & 0xf;
    const last = (first & fin) !== 0;
    if (opcode === opcodes.ping) this.#events.ping(payload);
    else if (opcode === opcodes.pong) this.#events.pong();
    else if (opcode === opcodes.close) this.#close(payload);
    else if (last && opcode !== opcodes.continuation) this.#message(opcode, payload);
    else {
      if (opcode !== opcodes.continuation) this.#partsOf = opcode;
      this.#parts ??= new GrowingBytes();
      this.#parts.append(payload);
      if (last) this.#join();
    }
  }

  #join(): void {
    const [opcode, whole] = [this.#partsOf, this.#parts!.bytes()];
    this.#parts = undefined;
    this.#partsOf = opcodes.continuation;
    this.#message(opcode, whole);
  }

  #message(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.binary) this.#events.message(payload, true);
    else if (isUtf8(payload)) this.#events.message(payload, false);
    else this.#violate(1007, "text that is not UTF-8");
  }

  #close(payload: Buffer): void {
    const code = payload.length === 0 ? noStatus : payload.length === 1 ? 0 : payload.readUInt16BE(0);
    const reason = payload.subarray(2);
    if (payload.length > 0 && !isSendableCode(code)) this.#violate(1002, "a goodbye with a code that is none");
    else if (!isUtf8(reason)) this.#violate(1007, "a goodbye that is not UTF-8");
    else {
      this.#stopped = true;
      this.#events.close(code, reason.toString());
    }
  }

  #want(bytes: number): 0 {
    this.#wantedBytes = bytes;
    return 0;
  }

  #violate(code: number, reason: string): 0 {
    this.#stopped = true;
    this.#parts = undefined;
    this.#events.violation(code, reason);
    return 0;
  }
}

/** Longer than anything that is allowed where it does not fit in 32 bits. */
function longLength(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) === 0 ? bytes.readUInt32BE(at + 4) : Number.POSITIVE_INFINITY;
}
