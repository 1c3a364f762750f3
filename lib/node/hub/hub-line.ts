import { type RawData, WebSocket } from "ws";
import type { HubLine } from "./hub-client.ts";

/** Of the hub's connection to each client. */
export interface HubLineOptions {
  /** How often a client is asked whether it is there (WebSocket ping); two unanswered in a row: it is not. 0: never. Default 4000. */
  readonly pingIntervalMs?: number;
  /** Bytes that may wait in this process for a client; beyond, it is cut off, and may resume. Default 1 MiB. */
  readonly maxBacklogBytes?: number;
}

export interface HubLineEvents {
  text(text: string): void;
  /** Everything that was sent before the last but one ping has arrived: numbers from `mark`. */
  arrived(mark: number): void;
  /** Once. */
  end(): void;
}

const maxUnheard = 2;
const unsupportedData = 1003;

/** A WebSocket as a line of the switchboard. */
export class HubSocketLine implements HubLine {
  readonly #socket: WebSocket;
  readonly #maxBacklogBytes: number;
  readonly #mark: () => number;
  #closing = false;

  /** `mark`: the number of the last message that was sent; asked with each ping, and confirmed by its pong. */
  constructor(
    socket: WebSocket,
    { pingIntervalMs = 4000, maxBacklogBytes = 1 << 20 }: HubLineOptions,
    mark: () => number,
  ) {
    this.#socket = socket;
    this.#maxBacklogBytes = maxBacklogBytes;
    this.#mark = mark;
    socket.on("error", () => {}); // `close` follows
    if (pingIntervalMs > 0) this.#watch(pingIntervalMs);
  }

  listen(events: HubLineEvents): void {
    this.#socket.on("message", (data: RawData, isBinary: boolean) => {
      if (this.#closing) return;
      if (isBinary) this.close(unsupportedData, "messages are text");
      else events.text((data as Buffer).toString());
    });
    this.#socket.on("pong", (data: Buffer) => {
      const mark = Number(data.toString());
      if (Number.isSafeInteger(mark) && mark >= 0) events.arrived(Math.min(mark, this.#mark()));
    });
    this.#socket.once("close", () => events.end());
  }

  send(text: string): void {
    if (this.#closing || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(text);
    if (this.#socket.bufferedAmount > this.#maxBacklogBytes) this.cut();
  }

  close(code: number, reason: string): void {
    this.#closing = true;
    this.#socket.close(code, reason);
  }

  /** Without a handshake. */
  cut(): void {
    this.#closing = true;
    this.#socket.terminate();
  }

  /** Pings are counted, not time: after a pause of this process a client gets the chance to answer before it is given up. */
  #watch(pingIntervalMs: number): void {
    let unheard = 0;
    const heard = (): void => {
      unheard = 0;
    };
    this.#socket.on("message", heard).on("pong", heard).on("ping", heard);
    const timer = setInterval(() => {
      if (unheard >= maxUnheard) this.cut();
      else {
        unheard++;
        // The pong brings it back, and comes after everything that was sent before the ping (RFC 6455 §5.5.3).
        this.#socket.ping(String(this.#mark()));
      }
    }, pingIntervalMs);
    this.#socket.once("close", () => clearInterval(timer));
  }
}
