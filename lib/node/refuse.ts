import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "./upgrade-policy.ts";

/** Answers an upgrade by HTTP and ends the connection. */
export function refuse(socket: Duplex, { status, message, headers = {} }: Refusal): void {
  if (socket.destroyed) return;
  const body = `${message}\n`;
  const lines = Object.entries({
    ...headers,
    Connection: "close",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on("error", () => void socket.destroy()); // who is refused may be gone already
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
}
