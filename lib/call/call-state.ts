/**
 * The states of a call, as a person would describe them.
 *
 * ```
 *  idle ─ initiating ─ (queued | ringing) ─ connecting ─ active ⇄ held
 *            │                  │               │         ⇅      ⇅
 *            │                  │               │   reconnecting, transferring
 *            ├── cancelled ◄────┴───────────────┤         │
 *            └── failed ◄───────────────────────┴─────────┤
 *                                               terminating ─ terminated
 * ```
 * A call that the other side holds before there is sound goes from `connecting` to `held`. `terminated`, `failed` and `cancelled` are ends; a call
 * reaches exactly one of them, once. Muted and bridged are flags, not states.
 */
export type CallState =
  | "idle"
  | "initiating"
  | "queued"
  | "ringing"
  | "connecting"
  | "active"
  | "held"
  | "reconnecting"
  | "transferring"
  | "terminating"
  | "terminated"
  | "failed"
  | "cancelled";

/** States that nothing follows. */
export type CallEndState = "terminated" | "failed" | "cancelled";

const ends: readonly CallState[] = ["terminated", "failed", "cancelled"];

const transitions: Readonly<Record<CallState, readonly CallState[]>> = {
  idle: ["initiating", "cancelled"],
  initiating: ["queued", "ringing", "connecting", "failed", "cancelled", "terminated"],
  queued: ["ringing", "connecting", "failed", "cancelled", "terminated"],
  ringing: ["queued", "connecting", "failed", "cancelled", "terminated"],
  connecting: ["active", "held", "failed", "cancelled", "terminating", "terminated"],
  active: ["held", "reconnecting", "transferring", "terminating", "terminated", "failed"],
  held: ["active", "reconnecting", "transferring", "terminating", "terminated", "failed"],
  reconnecting: ["active", "held", "transferring", "terminating", "terminated", "failed"],
  transferring: ["active", "held", "reconnecting", "terminating", "terminated", "failed"],
  terminating: ["terminated", "failed"],
  terminated: [],
  failed: [],
  cancelled: [],
};

/** Whether the call is over. */
export const isEnd = (state: CallState): state is CallEndState => ends.includes(state);

/** True from the first attempt to the end: devices or sockets may be in use. */
export const isLive = (state: CallState): boolean => state !== "idle" && !isEnd(state);

/** The one function that moves: returns `next`, or throws where the table has no such step (a bug in the caller, never bad input). */
export function move(from: CallState, next: CallState): CallState {
  if (!transitions[from].includes(next)) throw new Error(`A call cannot go from ${from} to ${next}.`);
  return next;
}
