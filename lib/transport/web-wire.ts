import { withoutQuery } from "./address.ts";
import { TransportError } from "./transport.ts";
import type { Wire, WireEvents } from "./wire.ts";
import { browserCloseCode } from "./wire.ts";

/** A WebSocket as the HTML standard defines it; the `ws` package's class fits too. */
export interface WebSocketLike {
  readonly protocol: string;
  readonly bufferedAmount: number;
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: (() => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string; readonly wasClean: boolean }) => void) | null;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

export class WebWire implements Wire {
  readonly #socket: WebSocketLike;

  constructor(socket: WebSocketLike) {
    this.#socket = socket;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  listen(events: WireEvents): void {
    const socket = this.#socket;
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") events.text(data);
      else if (data instanceof ArrayBuffer) events.frame(new Uint8Array(data));
    };
    socket.onclose = ({ code, reason, wasClean }) => {
      this.#release();
      events.close(code, reason, wasClean);
    };
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  sendFrame(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  close(code: number, reason: string): void {
    this.#socket.close(browserCloseCode(code), reason);
  }

  /** A page cannot drop a connection: the browser ends it by its own deadline, or when the Worker that owns it stops. */
  terminate(): void {
    this.#release();
    this.#socket.close();
  }

  #release(): void {
    const socket = this.#socket;
    socket.onmessage = null;
    socket.onclose = null;
  }
}

export interface OpenOptions {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly connectTimeoutMs: number;
  readonly WebSocket: WebSocketConstructor;
}

/**
 * Opens a socket and calls `onOpen` in the task in which it opened; resolves with what that returns. Rejects with `TransportError`
 * `transport-unreachable` (a browser never says why), `-timeout`, `-aborted`, `-url`. Leaves no socket open on rejection.
 */
export function openWebSocket<T>(
  options: OpenOptions,
  signal: AbortSignal,
  onOpen: (socket: WebSocketLike) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let socket: WebSocketLike;
    try {
      socket = new options.WebSocket(options.url, [...options.protocols]);
    } catch (cause) {
      reject(refusedAtOnce(options.url, cause));
      return;
    }
    socket.binaryType = "arraybuffer";
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.onopen = null;
      socket.onclose = null;
      socket.onerror = () => {}; // `close` follows it; the `ws` class wants a listener
    };
    const fail = (error: TransportError): void => {
      settle();
      socket.close();
      reject(error);
    };
    const abort = (): void => {
      fail(new TransportError("transport-aborted", "Connecting was given up.", false, { cause: signal.reason }));
    };
    const timer = setTimeout(() => {
      const message = `No answer from ${withoutQuery(options.url)} within ${options.connectTimeoutMs} ms.`;
      fail(new TransportError("transport-timeout", message, false));
    }, options.connectTimeoutMs);
    const unreachable = (): void => {
      fail(new TransportError("transport-unreachable", `${withoutQuery(options.url)} cannot be reached.`, false));
    };
    socket.onerror = unreachable; // where a policy blocks the socket, Chromium fires no `close`
    socket.onclose = unreachable;
    socket.onopen = () => {
      settle();
      try {
        resolve(onOpen(socket));
      } catch (error) {
        socket.close();
        reject(error);
      }
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
  });
}

function refusedAtOnce(url: string, cause: unknown): TransportError {
  const blocked = cause instanceof Error && cause.name === "SecurityError";
  const message = blocked
    ? `The browser does not allow ${withoutQuery(url)} here: a page served by https needs a wss:// address.`
    : `${withoutQuery(url)} is not an address a WebSocket can open, or a subprotocol token is malformed.`;
  return new TransportError("transport-url", message, true, { cause });
}
