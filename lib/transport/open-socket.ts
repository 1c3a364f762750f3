import { agreedProfile, withoutQuery } from "./address.ts";
import { CspWatch } from "./csp-watch.ts";
import type { TransportLimits } from "./limits.ts";
import { SocketTransport } from "./socket-transport.ts";
import type { TransportStats } from "./transport.ts";
import { TransportError } from "./transport.ts";
import type { WebSocketConstructor } from "./web-wire.ts";
import { openWebSocket, WebWire } from "./web-wire.ts";

export interface OpenSocketOptions {
  readonly url: string;
  readonly profiles: readonly string[];
  /** Offered subprotocols: the profiles and, perhaps, a credential. */
  readonly protocols: readonly string[];
  readonly connectTimeoutMs: number;
  readonly limits: TransportLimits;
  readonly thread: TransportStats["thread"];
  readonly WebSocket: WebSocketConstructor;
  /** See `Inbox`. */
  readonly earlyBytes?: number;
}

/** Opens a socket on this thread, in the socket Worker and on a page alike. Rejects with `TransportError`; then nothing is left open. */
export async function openSocket(options: OpenSocketOptions, signal: AbortSignal): Promise<SocketTransport> {
  const watch = new CspWatch();
  try {
    return await openWebSocket(options, signal, (socket) => {
      const profile = agreedProfile(socket.protocol, options.profiles);
      return new SocketTransport(new WebWire(socket), {
        ...options.limits,
        profile,
        thread: options.thread,
        earlyBytes: options.earlyBytes,
      });
    });
  } catch (error) {
    if (
      error instanceof TransportError &&
      error.code === "transport-unreachable" &&
      (await watch.blocked("connect-src"))
    ) {
      const message = `The page's Content-Security-Policy blocks ${withoutQuery(options.url)}: add its origin to connect-src.`;
      throw new TransportError("csp-connect", message, true, { cause: error });
    }
    throw error;
  } finally {
    watch.stop();
  }
}
