import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { ServerOptions as TlsOptions, Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Doorkeeper } from "./doorkeeper.ts";
import { errorFields, type Logger } from "./logger.ts";
import { createHttp, listen, shutDown } from "./own-http.ts";
import { passOn } from "./pass-on.ts";
import { refuse } from "./refuse.ts";
import { requestUrl } from "./request-url.ts";
import type { Refusal } from "./upgrade-policy.ts";
import { type ReadUpgrade, readUpgrade } from "./upgrade-request.ts";

/** Where the gate stands: on a server of its own, or on one that is shared. */
export interface GatePlace {
  readonly server?: Server | undefined;
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Default 10 s. */
  readonly headersTimeoutMs?: number | undefined;
  readonly trustProxy?: boolean | undefined;
}

/** What the server behind the gate says to who comes. `A` is what is known of those who may come in. */
export interface GateKeeping<A extends object> {
  /** For refusals and the log. */
  readonly words: { readonly server: string; readonly visitor: string };
  readonly door: Doorkeeper;
  readonly logger: Logger;
  readonly serves: (path: string) => boolean;
  /** Pages of the own server that are no WebSocket. False: it is none of them. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly check: (upgrade: ReadUpgrade) => Promise<A | Refusal>;
  /** What stands against it after all. Asked in the task in which `enter` follows: of those who were checked at the same time, only so many come in. */
  readonly room: (upgrade: ReadUpgrade, admitted: A) => Refusal | undefined;
  /** Makes a WebSocket of the connection, which has no listener from here on. */
  readonly enter: (upgrade: ReadUpgrade, admitted: A, socket: Duplex, head: Buffer) => void;
}

const maxPendingUpgrades = 1000;

/** The way into a server: an HTTP server, its own or a shared one, and everybody on it who asks for a WebSocket, until let in or refused. */
export class UpgradeGate<A extends object> {
  readonly #place: GatePlace;
  readonly #keeping: GateKeeping<A>;
  readonly #http: Server;
  /** Upgrades that are being checked. */
  readonly #pending = new Set<Duplex>();

  constructor(place: GatePlace, keeping: GateKeeping<A>) {
    this.#place = place;
    this.#keeping = keeping;
    this.#http = place.server ?? createHttp(place.tls, place.headersTimeoutMs ?? 10_000, this.#onRequest);
    this.#http.on("upgrade", this.#onUpgrade);
  }

  /** Scheme, host and port, once it listens; by this machine, where it listens on every address. */
  get url(): string {
    const address = this.#http.address() as AddressInfo | null;
    if (!address) throw new Error("The server does not listen (yet).");
    const { family, address: ip } = address;
    const everywhere = ip === "::" || ip === "0.0.0.0";
    const host = everywhere ? "localhost" : family === "IPv6" ? `[${ip}]` : ip;
    const secure = "setSecureContext" in this.#http;
    return `${secure ? "wss" : "ws"}://${host}:${address.port}`;
  }

  /** How many are being checked. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Begins to listen, where the server is its own. Rejects where the port cannot be had. */
  async listen(): Promise<void> {
    const { server, port = 0, host } = this.#place;
    if (server) return;
    this.#keeping.logger.info("listening", { port: await listen(this.#http, port, host) });
  }

  /** New certificates for the own server; connections that are open keep theirs. */
  renewTls(tls: TlsOptions): void {
    if (!this.#place.tls) throw new Error("This server does not speak TLS itself.");
    (this.#http as TlsServer).setSecureContext(tls);
  }

  /** Counts, and answers by HTTP. */
  refuse(socket: Duplex, refusal: Refusal): void {
    this.#keeping.door.refused[refusal.cause]++;
    refuse(socket, refusal);
  }

  /** Cuts off who is being checked, and stops listening where the server is its own. */
  async close(): Promise<void> {
    for (const socket of this.#pending) socket.destroy();
    if (this.#place.server) this.#http.off("upgrade", this.#onUpgrade);
    else await shutDown(this.#http);
  }

  #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (this.#keeping.answer(request, response)) return;
    const here = this.#keeping.serves(requestUrl(request.url).pathname);
    const headers = { "Content-Type": "text/plain; charset=utf-8", ...(here && { Upgrade: "websocket" }) };
    response.writeHead(here ? 426 : 404, headers).end("A WebSocket is answered here.");
  };

  #onUpgrade = (message: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { words, logger, serves, room, enter } = this.#keeping;
    const upgrade = readUpgrade(message, { trustProxy: this.#place.trustProxy ?? false });
    const { path, address } = upgrade.request;
    if (!serves(path)) {
      if (passOn(this.#http, socket)) return; // somebody else's, on a server that is shared
      this.refuse(socket, { cause: "path", status: 404, message: `No ${words.server} at this path.` });
      return;
    }
    const onError = (): void => void socket.destroy();
    socket.on("error", onError);
    this.#pending.add(socket);
    const answered = this.#check(upgrade).then((checked) => {
      this.#pending.delete(socket);
      if (socket.destroyed) return;
      const outcome = "cause" in checked ? checked : (room(upgrade, checked) ?? checked);
      socket.off("error", onError);
      if ("cause" in outcome) {
        logger.info(`${words.visitor} refused`, { path, address, cause: outcome.cause, status: outcome.status });
        this.refuse(socket, outcome);
        return;
      }
      enter(upgrade, outcome, socket, head);
    });
    // A mistake of ours that one caller brings to light costs that caller the connection, and not the others theirs.
    answered.catch((error: unknown) => {
      logger.error("failed", { path, address, ...errorFields(error) });
      socket.destroy();
    });
  };

  async #check(upgrade: ReadUpgrade): Promise<A | Refusal> {
    const { door, check } = this.#keeping;
    return this.#pending.size > maxPendingUpgrades ? door.busy() : check(upgrade);
  }
}
