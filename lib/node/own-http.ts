import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from "node:https";
import type { AddressInfo } from "node:net";

/** What a client may take to make a request, and how often that is looked at. */
export function createHttp(tls: TlsOptions | undefined, headersTimeoutMs: number, answer: RequestListener): Server {
  const patience = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: headersTimeoutMs,
    connectionsCheckingInterval: Math.max(10, Math.ceil(headersTimeoutMs / 4)),
  };
  return tls ? createTlsServer({ ...patience, ...tls }, answer) : createServer(patience, answer);
}

/** Resolves with the port; rejects where it cannot be had. */
export function listen(http: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, host, () => {
      http.off("error", reject);
      resolve((http.address() as AddressInfo).port);
    });
  });
}

/** Stops listening; nothing is left open. */
export async function shutDown(http: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  http.closeAllConnections();
  await closed;
}
