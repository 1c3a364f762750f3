import type { Duplex } from "node:stream";
import type { Wire, WireEvents } from "../../transport/wire.ts";

// RFC 6455 §5.2
const [continuation, text, binary, close, ping, pong] = [0x0, 0x1, 0x2, 0x8, 0x9, 0xa];
const fin = 0x80;
const masked = 0x80;
const noStatus = 1005;
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * The client's end of a WebSocket, as little as a load generator can do with: no extensions, no checks of what the peer sends beyond what keeps
 * the frames apart. It costs a fraction of what a full implementation does, so that a generator is not the first to give in.
 */
export class LeanWire implements Wire {
  readonly #socket: Duplex;
  #events: WireEvents | undefined;
  /** What came and is not a whole frame yet. */
  #rest: Buffer;
  /** Payloads of a message that comes in several frames, and what it is. */
  #parts: Buffer[] = [];
  #partsOf = 0;
  #maskKey: number;
  #closing = false;
  #end: { readonly code: number; readonly reason: string } | undefined;

  constructor(socket: Duplex, head: Buffer) {
    this.#socket = socket;
    this.#rest = head;
    this.#maskKey = (Math.random() * 2 ** 31) | 1;
    socket.on("error", () => {}); // `close` follows
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  listen(events: WireEvents): void {
    this.#events = events;
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#socket.once("close", () => {
      const { code, reason } = this.#end ?? { code: 1006, reason: "" };
      events.close(code, reason, this.#end !== undefined);
    });
    this.#socket.on("end", () => this.#socket.end());
    if (this.#rest.length > 0) this.#receive(Buffer.alloc(0));
  }

  sendText(message: string): void {
    this.#send(text, Buffer.from(message));
  }

  sendFrame(bytes: Uint8Array): void {
    this.#send(binary, bytes);
  }

  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    this.#send(close, payload);
  }

  terminate(): void {
    this.#socket.destroy();
  }

  #send(opcode: number, payload: Uint8Array): void {
    const { length } = payload;
    const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
    const frame = Buffer.allocUnsafe(6 + extra + length);
    frame[0] = fin | opcode;
    frame[1] = masked | (extra === 0 ? length : extra === 2 ? 126 : 127);
    if (extra === 2) frame.writeUInt16BE(length, 2);
    if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2);
    // Marsaglia's xorshift32: a key that no proxy expects is all that masking is for (§10.3).
    let key = this.#maskKey;
    key ^= key << 13;
    key ^= key >>> 17;
    key ^= key << 5;
    this.#maskKey = key;
    const start = 6 + extra;
    frame.writeInt32LE(key, start - 4);
    mask(payload, frame, start, key);
    this.#socket.write(frame);
  }

  #receive(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (bytes.length < 2) break;
      const short = bytes[1]! & 0x7f;
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length < start) break;
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      if (bytes.length < start + length) break;
      this.#frame(bytes[0]!, bytes.subarray(start, start + length));
      bytes = bytes.subarray(start + length);
    }
    this.#rest = bytes;
  }

  #frame(first: number, payload: Buffer): void {
    const opcode = first & 0xf;
    if (opcode === ping) this.#send(pong, payload);
    else if (opcode === close) this.#closed(payload);
    else if (opcode === text || opcode === binary || opcode === continuation) {
      if ((first & fin) !== 0 && opcode !== continuation) this.#deliver(opcode, payload);
      else this.#collect(opcode, payload, (first & fin) !== 0);
    }
  }

  #collect(opcode: number, payload: Buffer, last: boolean): void {
    if (opcode !== continuation) this.#partsOf = opcode;
    this.#parts.push(payload);
    if (!last) return;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#deliver(this.#partsOf, whole);
  }

  #deliver(opcode: number, payload: Buffer): void {
    if (opcode === binary) this.#events?.frame(payload);
    else this.#events?.text(payload.toString());
  }

  /** The server closes the TCP connection once it has our goodbye (§7.1.1). */
  #closed(payload: Buffer): void {
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : noStatus;
    this.#end ??= { code, reason: payload.toString("utf8", 2) };
    if (this.#closing) return;
    this.#closing = true;
    this.#send(close, payload.subarray(0, 2));
  }
}

/** RFC 6455 §5.3, four bytes at a time where they lie so in memory, as sound in buffers of Node does. The key is little-endian. */
function mask(payload: Uint8Array, frame: Buffer, start: number, key: number): void {
  const { length } = payload;
  const at = frame.byteOffset + start;
  let done = 0;
  if (littleEndian && at % 4 === 0 && payload.byteOffset % 4 === 0) {
    const words = length >> 2;
    const from = new Int32Array(payload.buffer, payload.byteOffset, words);
    const to = new Int32Array(frame.buffer, at, words);
    for (let i = 0; i < words; i++) to[i] = from[i]! ^ key;
    done = words * 4;
  }
  for (let i = done; i < length; i++) frame[start + i] = payload[i]! ^ (key >>> ((i & 3) * 8));
}
