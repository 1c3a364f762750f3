import type { Codec, JsonObject, Params, Role } from "../protocol/index.ts";
import type { Connect, Transport } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";
import type { MessageContext } from "./context.ts";
import type { RequestOptions } from "./exchange.ts";
import type { ExchangeCounters } from "./exchange-host.ts";
import type { KeepAliveOptions } from "./keep-alive.ts";
import type { SessionTap } from "./trace-tap.ts";

/** Of a `Session`: its role, its transport, and how long it waits for what. */
export interface SessionOptions {
  readonly role: Role;
  /** An open transport, or what opens one. The session closes it. */
  readonly transport: Transport | Connect;
  /** Ends the session. */
  readonly signal?: AbortSignal;
  /** Default 5 s. */
  readonly requestTimeoutMs?: number;
  /** Application role: how long the voice side may take until it asks for `session.initialize`. Default 10 s. */
  readonly initializeTimeoutMs?: number;
  /**
   * How long each step of closing may take: the last messages leaving, the peer closing, the transport closing.
   * Default 2 s.
   */
  readonly closeTimeoutMs?: number;
  /** Messages in a row that may be unreadable. Default 10. */
  readonly maxMalformed?: number;
  /** Messages waiting for a handler, or for an answer, before the peer is cut off. Default 1000. */
  readonly maxQueued?: number;
  /** Asks the peer for signs of life while the session is active, and ends it as lost where there is none. */
  readonly keepAlive?: KeepAliveOptions;
  readonly clock?: Clock;
  readonly newId?: () => string;
  /**
   * Application role: picks one of the offered codecs, or null for no audio. Default: the first offered codec that we
   * speak.
   */
  readonly onInitialize?: (
    params: Params<"session.initialize">,
    context: MessageContext,
  ) => Codec | null | Promise<Codec | null>;
  /** Media frames from the peer, where no downlink is connected to the transport. The receiver owns the bytes. */
  readonly onFrame?: (frame: Uint8Array, receivedAt: number) => void;
  /** Looks on: a `SessionRecorder`. */
  readonly tap?: SessionTap;
}

/** What the voice side says when it begins: who calls what, and the codecs it offers. */
export interface InitializeOptions extends RequestOptions {
  readonly application: Params<"session.initialize">["application"];
  readonly call: Params<"session.initialize">["call"];
  /** Preferred first. */
  readonly codecs: readonly Codec[];
  readonly metadata?: JsonObject | null;
  /**
   * Gets ready for audio in the picked codec, before the peer learns that the session is active. The peer may speak
   * already: its sound waits in the transport. What it throws ends the session.
   */
  readonly prepare?: (codec: Codec | null, signal: AbortSignal) => void | Promise<void>;
}

/** Of a session at one moment. */
export interface SessionStats extends Readonly<ExchangeCounters> {
  readonly pendingRequests: number;
  readonly queuedMessages: number;
  /** Of the last `ping` of ours. */
  readonly rttMs: number | undefined;
}
