import type { TransportLimits } from "./limits.ts";
import type { MediaEnds, TextMessage, TransportClose, TransportErrorCode, TransportStats } from "./transport.ts";

/** From the thread that owns the transport object to the socket Worker. */
export type ToSocketWorker =
  | {
      readonly type: "open";
      readonly url: string;
      readonly profiles: readonly string[];
      readonly protocols: readonly string[];
      readonly connectTimeoutMs: number;
      readonly limits: TransportLimits;
    }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "frame"; readonly bytes: Uint8Array }
  /** Post media frames to the owner: its listener takes them and no downlink is connected. */
  | { readonly type: "frames-to-owner" }
  /** With the `mediaBytes` of the last message that the owner had when it opened them. */
  | { readonly type: "open-media"; readonly position: number }
  | { readonly type: "connect-media"; readonly ends: MediaEnds }
  | { readonly type: "flushed"; readonly id: number }
  | { readonly type: "stats"; readonly id: number }
  | { readonly type: "watch"; readonly everyMs: number }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

/** From the socket Worker to the owner: control messages, answers, the end. Media only after `frames-to-owner`. */
export type FromSocketWorker =
  | { readonly type: "opened"; readonly profile: string }
  | { readonly type: "failed"; readonly code: TransportErrorCode; readonly message: string; readonly fatal: boolean }
  | { readonly type: "text"; readonly message: TextMessage }
  | { readonly type: "frame"; readonly bytes: Uint8Array; readonly receivedAt: number }
  | { readonly type: "flushed"; readonly id: number }
  | { readonly type: "stats"; readonly id: number; readonly stats: TransportStats }
  | { readonly type: "beat"; readonly received: number }
  | { readonly type: "closed"; readonly close: TransportClose; readonly stats: TransportStats };
