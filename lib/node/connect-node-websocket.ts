import { WebSocket } from "ws";
import { agreedProfile, bearerSubprotocol, webSocketUrl, withoutQuery } from "../transport/address.ts";
import { timerMs } from "../transport/limits.ts";
import { refusedError } from "../transport/refused.ts";
import { type Connect, type Transport, TransportError } from "../transport/transport.ts";
import { assertCarriesSound } from "../transport/webrtc-signal.ts";
import { type NodeTransportOptions, payloadLimit, transportOver } from "./node-transport.ts";
import { WsWire } from "./wire/ws-wire.ts";

/** Of `connectNodeWebSocket`: whom to connect to, as whom. */
export interface NodeWebSocketOptions extends NodeTransportOptions {
  readonly url: string | URL;
  /** Profile tokens by preference; an empty list offers none, which means `rtvbp.v1`. */
  readonly profiles?: readonly string[];
  readonly bearer?: string | undefined;
  /** `header`: `Authorization: Bearer …`. `subprotocol`: as a page has to do it. */
  readonly bearerCarrier?: "header" | "subprotocol";
  readonly headers?: Readonly<Record<string, string>>;
  readonly connectTimeoutMs?: number;
  /** Certificates to trust beside the system's, PEM. */
  readonly ca?: string | Buffer;
}

/** How to reach a voice server from Node. */
export function connectNodeWebSocket(options: NodeWebSocketOptions): Connect {
  return async (signal) => assertCarriesSound(await connectNodeControl(options)(signal), "connectNodeWebRtc");
}

/** The same, whoever carries the sound. */
export function connectNodeControl(options: NodeWebSocketOptions): Connect {
  return (signal) =>
    new Promise<Transport>((resolve, reject) => {
      const url = webSocketUrl(options.url);
      const profiles = options.profiles ?? ["rtvbp.v1"];
      const socket = openSocket(url, profiles, options);
      const timeoutMs = timerMs(options.connectTimeoutMs ?? 10_000);
      let settled = false;
      const settle = (): boolean => {
        if (settled) return false;
        settled = true;
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        return true;
      };
      const fail = (error: unknown): void => {
        if (!settle()) return;
        socket.terminate();
        reject(error);
      };
      const abort = (): void => {
        fail(new TransportError("transport-aborted", "Connecting was given up.", false, { cause: signal.reason }));
      };
      const timer = setTimeout(() => {
        const message = `No answer from ${withoutQuery(url)} within ${timeoutMs} ms.`;
        fail(new TransportError("transport-timeout", message, false));
      }, timeoutMs);
      socket.on("error", (cause) => fail(translate(url, profiles, cause)));
      socket.on("unexpected-response", (request, response) => {
        request.destroy();
        fail(refusedError(url, response.statusCode ?? 0));
      });
      socket.on("open", () => {
        try {
          const profile = agreedProfile(socket.protocol, profiles);
          if (settle()) resolve(transportOver(new WsWire(socket), profile, options));
        } catch (error) {
          fail(error);
        }
      });
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort);
    });
}

function openSocket(url: string, profiles: readonly string[], options: NodeWebSocketOptions): WebSocket {
  const headers: Record<string, string> & { Authorization?: string } = { ...options.headers };
  const protocols = [...profiles];
  if (options.bearer !== undefined) {
    if (options.bearerCarrier === "subprotocol") protocols.push(bearerSubprotocol(options.bearer));
    else headers.Authorization = `Bearer ${options.bearer}`;
  }
  const { ca } = options;
  try {
    return new WebSocket(url, protocols, {
      headers,
      perMessageDeflate: false,
      maxPayload: payloadLimit(options),
      ...(ca === undefined ? {} : { ca }),
    });
  } catch (cause) {
    const message = `${withoutQuery(url)} cannot be asked with these profiles, headers or this bearer: ${(cause as Error).message}.`;
    throw new TransportError("transport-url", message, true, { cause });
  }
}

function translate(url: string, profiles: readonly string[], cause: Error): TransportError {
  if (/subprotocol/i.test(cause.message)) {
    const message = `${withoutQuery(url)} took none of the profiles ${profiles.join(", ")}.`;
    return new TransportError("transport-profile", message, true, { cause });
  }
  const reason = (cause as NodeJS.ErrnoException).code ?? cause.message;
  return new TransportError("transport-unreachable", `${withoutQuery(url)} cannot be reached (${reason}).`, false, {
    cause,
  });
}
