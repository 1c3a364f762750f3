import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 §1.3

/** What a server answers to the key of a client (RFC 6455 §4.2.2). */
export function acceptKey(key: string): string {
  return createHash("sha1")
    .update(key + guid)
    .digest("base64");
}

/** Why this request is no opening handshake of a WebSocket (RFC 6455 §4.2.1); undefined where it is one. */
export function handshakeFault({ method, headers }: IncomingMessage): string | undefined {
  if (method !== "GET") return "A WebSocket is asked for by GET.";
  if (headers.upgrade?.toLowerCase() !== "websocket") return "Upgrade must be websocket.";
  if (headers["sec-websocket-version"] !== "13") return "Sec-WebSocket-Version must be 13.";
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "")) return "Sec-WebSocket-Key is not one.";
  return undefined;
}

/** Answers an opening handshake without fault. From here the connection carries frames. `head`: what came behind the request. */
export function completeHandshake(
  { headers }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string | undefined,
): void {
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptKey(headers["sec-websocket-key"]!)}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  if (!(socket instanceof Socket)) return;
  socket.setTimeout(0);
  socket.setNoDelay(true);
}
