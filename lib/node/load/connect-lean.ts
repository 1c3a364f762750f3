import { randomBytes } from "node:crypto";
import { type ClientRequest, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { agreedProfile, bearerSubprotocol, webSocketUrl, withoutQuery } from "../../transport/address.ts";
import { timerMs } from "../../transport/limits.ts";
import { refusedError } from "../../transport/refused.ts";
import { SocketTransport } from "../../transport/socket-transport.ts";
import { type Connect, TransportError } from "../../transport/transport.ts";
import type { NodeWebSocketOptions } from "../connect-node-websocket.ts";
import { payloadLimit } from "../node-transport.ts";
import { acceptKey } from "../wire/handshake.ts";
import { StreamWire } from "../wire/stream-wire.ts";

const defaultProfiles = ["rtvbp.v1"] as const;

/** Like `connectNodeWebSocket`, over a `StreamWire`, which costs a fraction: a generator is not to be the first to give in. */
export function connectLean(options: NodeWebSocketOptions): Connect {
  const { profiles = defaultProfiles } = options;
  return (signal) =>
    new Promise((resolve, reject) => {
      const url = webSocketUrl(options.url);
      const key = randomBytes(16).toString("base64");
      const request = open(url, key, options);
      const fail = (error: unknown): void => {
        signal.removeEventListener("abort", abort);
        request.destroy();
        reject(error);
      };
      const abort = (): void => {
        fail(new TransportError("transport-aborted", "Connecting was given up.", false, { cause: signal.reason }));
      };
      request.setTimeout(timerMs(options.connectTimeoutMs ?? 10_000), () => {
        fail(new TransportError("transport-timeout", `No answer from ${withoutQuery(url)} in time.`, false));
      });
      request.once("error", (cause: NodeJS.ErrnoException) => {
        const message = `${withoutQuery(url)} cannot be reached (${cause.code ?? cause.message}).`;
        fail(new TransportError("transport-unreachable", message, false, { cause }));
      });
      request.once("response", ({ statusCode = 0 }) => fail(refusedError(url, statusCode)));
      request.once("upgrade", ({ headers }, socket, head) => {
        if (headers["sec-websocket-accept"] !== acceptKey(key)) {
          socket.destroy();
          fail(new TransportError("transport-refused", `${withoutQuery(url)} does not speak WebSocket.`, true));
          return;
        }
        socket.setTimeout(0);
        try {
          const profile = agreedProfile(headers["sec-websocket-protocol"] ?? "", profiles);
          if (head.length > 0) socket.unshift(head);
          const wire = new StreamWire(socket, { side: "client", maxMessageBytes: payloadLimit(options) });
          signal.removeEventListener("abort", abort);
          resolve(new SocketTransport(wire, { ...options, profile, thread: "main" }));
        } catch (error) {
          socket.destroy();
          fail(error);
        }
      });
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort);
      request.end();
    });
}

function open(url: string, key: string, options: NodeWebSocketOptions): ClientRequest {
  const { bearer, bearerCarrier, ca, profiles = defaultProfiles } = options;
  const inProtocol = bearer !== undefined && bearerCarrier === "subprotocol";
  const offered = [...profiles, ...(inProtocol ? [bearerSubprotocol(bearer)] : [])];
  const target = new URL(url.replace(/^ws/, "http"));
  const request = target.protocol === "https:" ? requestHttps : requestHttp;
  return request(target, {
    agent: false,
    ...(ca !== undefined && { ca }),
    headers: {
      ...options.headers,
      ...(bearer !== undefined && !inProtocol && { Authorization: `Bearer ${bearer}` }),
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": key,
      ...(offered.length > 0 && { "Sec-WebSocket-Protocol": offered.join(", ") }),
    },
  });
}
