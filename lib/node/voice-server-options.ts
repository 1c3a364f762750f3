import type { Server } from "node:http";
import type { ServerOptions as TlsOptions } from "node:https";
import type { Clock, SessionTap } from "../session/index.ts";
import type { TransportLimits } from "../transport/limits.ts";
import type { ConductOptions, CutOffCause } from "./conduct.ts";
import type { DoorOptions } from "./doorkeeper.ts";
import type { Logger } from "./logger.ts";
import type { MediaTotals } from "./media-totals.ts";
import type { StatusOptions } from "./status-handler.ts";
import type { AllowedOrigins, Authorize, RefusalCause } from "./upgrade-policy.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";
import type { VoiceSession, VoiceSessionOptions } from "./voice-session.ts";
import type { RtcOptions } from "./webrtc/rtc-options.ts";

type SessionLimits = Pick<
  VoiceSessionOptions,
  "requestTimeoutMs" | "initializeTimeoutMs" | "maxMalformed" | "maxQueuedFrames"
>;

/** `messageRate` is 100 a second with 500 at once unless told, and `idleTimeoutMs` five minutes. */
export interface VoiceServerOptions
  extends DoorOptions,
    Omit<ConductOptions, "onCutOff" | "otherSigns">,
    SessionLimits {
  /**
   * Answers a call, once it is active. Returning does not end the call; throwing does. A call whose connection was lost comes again, here or at
   * another server, as a new one with the same `call.call.id` and `resumedFrom`; the one before has ended by then, or ends now.
   */
  readonly onCall: (call: VoiceSession) => unknown;
  /** Works on a server you have, … */
  readonly server?: Server;
  /** … or on its own: this port (0: any that is free), on this host. */
  readonly port?: number;
  readonly host?: string;
  /** Makes the own server speak TLS: `{ key, cert }`, and whatever else `node:https` takes. See `VoiceServer.renewTls`. */
  readonly tls?: TlsOptions;
  /** Own server: how long a client may take to send the headers of a request. Default 10 s. */
  readonly headersTimeoutMs?: number;
  /** Own server: answers `/stats` and `/metrics` beside `/healthz`. See `createStatusHandler` for a server you have. */
  readonly status?: boolean | StatusOptions;
  /** Which paths are voice: one, a folder where it ends in `/`, or a function. Default `/`: all of them. */
  readonly path?: string | ((path: string) => boolean);
  /** Without it everybody may call. */
  readonly authorize?: Authorize;
  readonly authorizeTimeoutMs?: number;
  /** Default `same-host`. */
  readonly allowedOrigins?: AllowedOrigins;
  /** Profile tokens by preference. Default `rtvbp.v1` alone; `rtvbp.webrtc.v1` needs the package `werift`. */
  readonly profiles?: readonly string[];
  /** Of calls over WebRTC. */
  readonly webrtc?: RtcOptions;
  /** Codec identifiers by preference. Without it the voice side's order counts. */
  readonly codecs?: readonly string[];
  readonly limits?: Partial<TransportLimits>;
  /** Takes the client's address and host from `X-Forwarded-*`. Only behind a proxy that sets them. */
  readonly trustProxy?: boolean;
  /** Makes the recorder of a session: `() => new SessionRecorder(…)`. Undefined: this one is not recorded. */
  readonly trace?: (request: UpgradeRequest) => SessionTap | undefined;
  readonly logger?: Logger;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/** `open`; `draining`: no new calls; `closed`: the end has begun. */
export type VoiceServerState = "open" | "draining" | "closed";

/** Totals since the server began, unless they say what is now. */
export interface VoiceServerStats {
  readonly state: VoiceServerState;
  /** Now. */
  readonly sessions: number;
  /** Now: upgrades whose credentials are being checked. */
  readonly pendingUpgrades: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<RefusalCause, number>>;
  /** Ended calls by who ended them, and those that never became active. */
  readonly ended: Readonly<Record<"local" | "remote" | "network" | "beforeActive", number>>;
  readonly cutOff: Readonly<Record<CutOffCause, number>>;
  /** Calls whose `onCall` failed. */
  readonly failedHandlers: number;
  readonly media: Readonly<MediaTotals>;
  /** Now: bytes that wait in this process for slow connections. */
  readonly backlogBytes: number;
}

/** How a server stops without cutting anybody off. */
export interface DrainOptions {
  /** How long calls may go on and end by themselves before they are told to reconnect elsewhere. Default: half of the deadline. */
  readonly graceMs?: number;
  /** When the last connection is cut. Default 10 s. */
  readonly deadlineMs?: number;
}
