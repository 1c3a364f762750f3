import type { Duplex } from "node:stream";
import { type RawData, WebSocket } from "ws";
import type { Wire, WireEvents } from "../transport/wire.ts";

/** What shows that the peer lives. */
export type Sign = "text" | "frame" | "ping" | "pong";

/** Longer ones need a longer header: they are left to `ws`. */
const maxDirectBytes = 65_535;

/** A `ws` socket as a transport needs it. Created in the task in which the socket opened. */
export class NodeWire implements Wire {
  /** Told of every sign of the peer, before it is handed on. False: it is not handed on. */
  onHeard: (what: Sign) => boolean = () => true;
  /** Told after a control message was handed to the socket: what waits there now. */
  onSent: (bufferedBytes: number) => void = () => {};
  readonly #socket: WebSocket;
  readonly #direct: Duplex | undefined;

  /**
   * `direct`: the connection below, of a server without compression. Frames of sound are written to it whole, past the general way of `ws`, which
   * takes a fifth of the time that a frame costs; what `ws` itself sends goes there in the same order.
   */
  constructor(socket: WebSocket, direct?: Duplex) {
    this.#socket = socket;
    this.#direct = direct;
    socket.on("error", () => {}); // `close` follows and says 1006
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  listen(events: WireEvents): void {
    const socket = this.#socket;
    socket.on("message", (data: RawData, isBinary: boolean) => {
      if (!this.onHeard(isBinary ? "frame" : "text")) return;
      const bytes = data as Buffer; // binaryType is nodebuffer
      if (isBinary) events.frame(bytes);
      else events.text(bytes.toString());
    });
    socket.on("ping", () => this.onHeard("ping"));
    socket.on("pong", () => this.onHeard("pong"));
    socket.on("close", (code: number, reason: Buffer) => events.close(code, reason.toString(), code !== 1006));
  }

  sendText(text: string): void {
    this.#socket.send(text);
    this.onSent(this.#socket.bufferedAmount);
  }

  sendFrame(bytes: Uint8Array): void {
    const { length } = bytes;
    if (!this.#direct || length > maxDirectBytes || this.#socket.readyState !== WebSocket.OPEN) {
      this.#socket.send(bytes);
      return;
    }
    // RFC 6455 §5.2: a binary message in one frame; a server does not mask.
    const start = length < 126 ? 2 : 4;
    const frame = Buffer.allocUnsafe(start + length);
    frame[0] = 0x82;
    frame[1] = length < 126 ? length : 126;
    if (start === 4) frame.writeUInt16BE(length, 2);
    frame.set(bytes, start);
    this.#direct.write(frame);
  }

  ping(): void {
    this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(sendable(code) ? code : 1000, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/** RFC 6455 §7.4: 1004–1006 and 1015 never go on the wire. */
function sendable(code: number): boolean {
  return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
}
