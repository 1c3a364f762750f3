import type { RawData, WebSocket } from "ws";
import type { WireEvents } from "../../transport/wire.ts";
import { isSendableCode } from "./frame.ts";
import type { Sign, WatchedWire } from "./watched-wire.ts";

/** A `ws` socket as a transport needs it. Created in the task in which the socket opened. */
export class WsWire implements WatchedWire {
  readonly copiesFrames = false;
  onHeard: (what: Sign) => boolean = () => true;
  onSent: (bufferedBytes: number) => void = () => {};
  onGone: () => void = () => {};
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
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
    socket.on("close", (code: number, reason: Buffer) => {
      this.onGone();
      events.close(code, reason.toString(), code !== 1006);
    });
  }

  sendText(text: string): void {
    this.#socket.send(text);
    this.onSent(this.#socket.bufferedAmount);
  }

  sendFrame(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  ping(): void {
    this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(isSendableCode(code) ? code : 1000, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
