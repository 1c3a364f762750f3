import type { RawData, WebSocket } from "ws";
import type { Wire, WireEvents } from "../transport/wire.ts";

/** A `ws` socket as a transport needs it. Created in the task in which the socket opened. */
export class NodeWire implements Wire {
  readonly #socket: WebSocket;
  #onHeard: () => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("error", () => {}); // `close` follows and says 1006
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Called whenever the peer shows that it lives: any message, ping or pong. */
  set onHeard(heard: () => void) {
    this.#onHeard = heard;
  }

  listen(events: WireEvents): void {
    const socket = this.#socket;
    socket.on("message", (data: RawData, isBinary: boolean) => {
      this.#onHeard();
      const bytes = data as Buffer; // binaryType is nodebuffer
      if (isBinary) events.frame(bytes);
      else events.text(bytes.toString());
    });
    socket.on("ping", () => this.#onHeard());
    socket.on("pong", () => this.#onHeard());
    socket.on("close", (code: number, reason: Buffer) => events.close(code, reason.toString(), code !== 1006));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  sendFrame(bytes: Uint8Array): void {
    this.#socket.send(bytes);
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
