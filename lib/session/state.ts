import { SessionError } from "./errors.ts";

/**
 * ```
 *  idle ── connecting ── initializing ── active ⇄ reconnecting
 *   │          │              │            │           │
 *   └──────────┴──────────────┴────── closing ◄────────┘
 *                                          │
 *                                   closed | failed
 * ```
 * `connecting`: the transport is being opened. `initializing`: it is open, and `session.initialize` is not done.
 * `active`: from `session.updated` on. `reconnecting`: the connection was lost and another is being made for the same
 * call. `closing`: no message is handled any more; the last ones leave. `closed` and `failed` (ended by an error) are
 * ends, and nothing is open in them.
 */
export type SessionState =
  | "idle"
  | "connecting"
  | "initializing"
  | "active"
  | "reconnecting"
  | "closing"
  | "closed"
  | "failed";

const transitions: Readonly<Record<SessionState, readonly SessionState[]>> = {
  idle: ["connecting", "closing"],
  connecting: ["initializing", "closing"],
  initializing: ["active", "closing"],
  active: ["reconnecting", "closing"],
  reconnecting: ["active", "closing"],
  closing: ["closed", "failed"],
  closed: [],
  failed: [],
};

/** The one function that moves: `next`, or `SessionError` `session-state` where the table has no such step. */
export function move(from: SessionState, next: SessionState): SessionState {
  if (transitions[from].includes(next)) return next;
  throw new SessionError("session-state", `A session cannot go from ${from} to ${next}.`);
}
