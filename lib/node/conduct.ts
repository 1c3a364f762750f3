import type { SocketTransport } from "../transport/socket-transport.ts";
import { type Rate, TokenBucket } from "./token-bucket.ts";
import type { WatchedWire } from "./wire/watched-wire.ts";

/**
 * Why a peer was cut off: `dead`: it gave no sign of life. `slow`: it lives, and takes nothing of what it is sent. `backlog`: more waits for it
 * than may. `rate`: it sent too many control messages. `idle`: it sent none, and no sound, for too long.
 */
export type CutOffCause = "dead" | "slow" | "backlog" | "rate" | "idle";

export const cutOffCauses: readonly CutOffCause[] = ["dead", "slow", "backlog", "rate", "idle"];

/** What a peer must do to stay, and what it must not. */
export interface ConductOptions {
  /** How often the peer is asked (WebSocket ping); a peer that leaves two in a row unanswered is given up as lost. 0: never. Default 4000. */
  readonly pingIntervalMs?: number;
  /** A peer that sends, and leaves this many pings in a row unanswered, does not read what we send. Default 4; 0: never. */
  readonly maxUnansweredPings?: number;
  /** Bytes that may wait in this process for the peer, control messages included. Media stops before, at `highWaterBytes`. Default 8 MiB. */
  readonly maxBacklogBytes?: number;
  /** Control messages that the peer may send. Without it: any number. */
  readonly messageRate?: Rate;
  /** How long the peer may send neither message nor sound. Without it, or 0: for ever. */
  readonly idleTimeoutMs?: number;
  /** Counts what the peer sends past the socket (sound over WebRTC): it is not idle while that grows. */
  readonly otherSigns?: () => number;
  /** Told once, before the end of the transport. */
  readonly onCutOff?: (cause: CutOffCause) => void;
}

// RFC 6455 §7.4.2: 4000 to 4999 are ours; the last three digits are HTTP's.
const idleCode = 4408;
const rateCode = 4429;
const maxUnheard = 2;
const idleLooks = 4;

/** Watches how the peer at the other end of a wire behaves, and cuts it off where it must be. */
export function watchConduct(wire: WatchedWire, transport: SocketTransport, options: ConductOptions): void {
  const { pingIntervalMs = 4000, maxUnansweredPings = 4, maxBacklogBytes = 1 << 23, idleTimeoutMs = 0 } = options;
  const { messageRate } = options;
  const bucket = messageRate && new TokenBucket(messageRate, Date.now());
  const timers: NodeJS.Timeout[] = [];
  let [unheard, unanswered, quietLooks, signs] = [0, 0, 0, 0];

  const cutOff = (cause: CutOffCause, act: () => void): void => {
    if (transport.closed) return;
    options.onCutOff?.(cause);
    act();
  };
  wire.onHeard = (what) => {
    unheard = 0;
    if (what === "pong") unanswered = 0;
    else if (what !== "ping") quietLooks = 0;
    if (what !== "text" || !bucket || bucket.take(Date.now())) return true;
    cutOff("rate", () => void transport.close(rateCode, "too many messages"));
    return false;
  };
  wire.onSent = (bufferedBytes) => {
    if (bufferedBytes <= maxBacklogBytes) return;
    // Not from inside a send: who sends is not prepared for the end.
    setImmediate(() => cutOff("backlog", () => transport.abandon("it does not take what it is sent")));
  };
  // Pings are counted, not time: after a pause of our own process the peer gets the chance to answer before it is called dead.
  const ask = (): void => {
    if (transport.closed) return;
    if (unheard >= maxUnheard) {
      cutOff("dead", () => transport.abandon(`no sign of life for ${unheard * pingIntervalMs} ms`));
    } else if (maxUnansweredPings > 0 && unanswered >= maxUnansweredPings) {
      cutOff("slow", () => transport.abandon(`it has read nothing for ${unanswered * pingIntervalMs} ms`));
    } else {
      unheard++;
      unanswered++;
      wire.ping();
    }
  };
  const look = (): void => {
    const now = options.otherSigns?.() ?? 0;
    if (now !== signs) quietLooks = 0;
    signs = now;
    if (++quietLooks > idleLooks) cutOff("idle", () => void transport.close(idleCode, "idle"));
  };
  if (pingIntervalMs > 0) timers.push(setInterval(ask, pingIntervalMs));
  if (idleTimeoutMs > 0) timers.push(setInterval(look, idleTimeoutMs / idleLooks));
  wire.onGone = () => timers.forEach(clearInterval);
}
