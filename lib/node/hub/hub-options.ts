import type { Server } from "node:http";
import type { ServerOptions as TlsOptions } from "node:https";
import type { Rate } from "../token-bucket.ts";
import type { AllowedOrigins, Authorize, RefusalCause } from "../upgrade-policy.ts";
import type { VoiceServerState } from "../voice-server-options.ts";
import type { HubLineOptions } from "./hub-line.ts";
import type { SwitchboardOptions, SwitchboardStats } from "./switchboard-options.ts";

/** Of `createHub`: what it listens on, who may connect, and the rules of calls. */
export interface HubOptions extends SwitchboardOptions, HubLineOptions {
  /** Works on a server you have, beside a voice server where there is one, … */
  readonly server?: Server;
  /** … or on its own: this port (0: any that is free), on this host. */
  readonly port?: number;
  readonly host?: string;
  /** Makes the own server speak TLS: `{ key, cert }`, and whatever else `node:https` takes. */
  readonly tls?: TlsOptions;
  /** Own server: how long a client may take to send the headers of a request. Default 10 s. */
  readonly headersTimeoutMs?: number;
  /** Own server: answers `/stats` beside `/healthz`. */
  readonly status?: boolean;
  /** Default `/hub`. */
  readonly path?: string;
  /**
   * Without it everybody may connect, under any id. A string, `id` or `sub` of what it returns is the id of the client; `true` lets the client
   * choose.
   */
  readonly authorize?: Authorize;
  readonly authorizeTimeoutMs?: number;
  /** Default `same-host`. */
  readonly allowedOrigins?: AllowedOrigins;
  /** Connections of one address (IPv4 address or IPv6 /64). Default: any number. */
  readonly maxClientsPerAddress?: number;
  /** Connections that one address may ask for, refused ones included. Default: any number. */
  readonly upgradeRate?: Rate;
  /** What a client is told to wait when there is no room or the hub shuts down. Default 5. */
  readonly retryAfterSeconds?: number;
  /** Takes the client's address and host from `X-Forwarded-*`. Only behind a proxy that sets them. */
  readonly trustProxy?: boolean;
}

/** Totals since the hub began, unless they say what is now. */
export interface HubStats extends SwitchboardStats {
  readonly state: VoiceServerState;
  /** Now. */
  readonly connections: number;
  /** Now: upgrades whose credentials are being checked. */
  readonly pendingUpgrades: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<RefusalCause, number>>;
}
