import type { RejectCode, SignalData } from "../../protocol/index.ts";
import type { Clock } from "../../session/index.ts";
import type { Logger } from "../logger.ts";
import type { Rate } from "../token-bucket.ts";
import type { TurnOptions } from "./turn-credentials.ts";

/** A `call-request` before it rings. */
export interface CallAttempt {
  readonly from: string;
  readonly to: string;
  readonly data: SignalData<"call-request">;
}

/** What becomes of it instead of ringing at `to`. */
export type CallRouting =
  | { readonly redirect: string; readonly reason?: string }
  | { readonly reject: RejectCode; readonly reason?: string };

/** RTCIceServer. */
export interface HubIceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** The rules of a hub: how long things last, how many there may be, who sees and calls whom. */
export interface SwitchboardOptions {
  /** How long a call may ring. Default 30 s. */
  readonly ringTimeoutMs?: number;
  /** How long a client that lost its connection is waited for, its calls kept. Default 15 s. */
  readonly graceMs?: number;
  /** Clients, those that are waited for included. Default 10,000. */
  readonly maxClients?: number;
  /** Calls of one client at a time, waiting ones included. Default 32. */
  readonly maxCallsPerClient?: number;
  /** Messages of one client; who sends more is cut off, and may come again. Default 50 a second, 300 at once. */
  readonly messageRate?: Rate;
  /** Calls that one client may place; more are answered `rate-limited`. Default 2 a second, 20 at once. */
  readonly callRate?: Rate;
  /** Who sees whom: nobody anybody (`false`), or whom this allows. Default: everybody everybody. Says nothing about who may call whom: see `route`. */
  readonly presence?: boolean | ((viewer: string, id: string) => boolean);
  /**
   * What changes within this time after a change was told is told together. Default 500. With it, how many messages a client gets does not depend on
   * how many others there are.
   */
  readonly presenceIntervalMs?: number;
  /** Of so many people clients are told that name no contacts; only where `presence` is no function, which says so itself. Default 500. */
  readonly maxListed?: number;
  /** Contacts that a client may name (`presence-subscribe`). Default 256. */
  readonly maxContacts?: number;
  /** Decides on each call before it rings: undefined lets it. Throwing refuses the call. */
  readonly route?: (attempt: CallAttempt) => CallRouting | undefined;
  /** What clients are told to use, beside `turn`. */
  readonly iceServers?: readonly HubIceServer[];
  readonly turn?: TurnOptions;
  readonly logger?: Logger;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/** How calls ended: hung up (or cancelled), rejected, not answered in time, redirected, or because a client was gone for good. */
export const callEnds = ["hangup", "rejected", "timeout", "redirected", "gone"] as const;
/** How a call between two clients of a hub ended. */
export type CallEnd = (typeof callEnds)[number];

/** What a hub has to do, and has done since it began. */
export interface SwitchboardStats {
  /** Now; all 0 when nobody is here. */
  readonly now: {
    /** Those that are waited for included. */
    readonly clients: number;
    /** Without a connection, waited for. */
    readonly away: number;
    readonly ringing: number;
    readonly established: number;
    /** Characters that are kept for clients until they have arrived. */
    readonly heldCharacters: number;
  };
  /** Connections that resumed what was before. */
  readonly resumed: number;
  readonly duplicateIds: number;
  readonly calls: number;
  readonly ended: Readonly<Record<CallEnd, number>>;
  readonly messages: {
    readonly received: number;
    readonly relayed: number;
    readonly malformed: number;
    /** Messages and call requests beyond the rate. */
    readonly rateLimited: number;
  };
}
