import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** A bare `ws` server on a free port, for tests of the transports below the voice server. */
export interface SocketRig {
  readonly url: string;
  /** The next accepted socket, with what `accept` made of it in the task in which it opened. */
  next<T>(accept: (socket: WebSocket, request: IncomingMessage) => T): Promise<T>;
  /** Drops every TCP connection. */
  sever(): void;
  /** TCP connections open now. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

export async function openSocketRig(
  options: { maxPayload?: number; protocols?: (offered: Set<string>) => string | false } = {},
): Promise<SocketRig> {
  const http: Server = createServer((_, response) => void response.writeHead(426).end());
  const sockets = new Set<Socket>();
  http.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const server = new WebSocketServer({
    server: http,
    perMessageDeflate: false,
    maxPayload: options.maxPayload ?? 1 << 20,
    ...(options.protocols ? { handleProtocols: options.protocols } : {}),
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    next: (accept) =>
      new Promise((resolve) => {
        server.once("connection", (socket, request) => resolve(accept(socket, request)));
      }),
    sever: () => {
      for (const socket of sockets) socket.destroy();
    },
    connections: () => new Promise((resolve) => http.getConnections((_, count) => resolve(count))),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}
