import { SessionError } from "./errors.ts";

/**
 * ```
 *  idle ── connecting ── initializing ── active
 *   │          │              │            │
 *   └──────────┴──────────────┴────── closing
 *                                        │
 *                                 closed | failed
 * ```
 * `connecting`: the transport is being opened. `initializing`: it is open, and `session.initialize` is not done.
 * `active`: from `session.updated` on. `closing`: no message is handled any more; the last ones leave. `closed` and
 * `failed` (ended by an error) are ends, and nothing is open in them. A session is one connection: a call that
 * outlives it goes on with another session.
 */
export type SessionState = "idle" | "connecting" | "initializing" | "active" | "closing" | "closed" | "failed";

const transitions: Readonly<Record<SessionState, readonly SessionState[]>> = {
  idle: ["connecting", "closing"],
  connecting: ["initializing", "closing"],
  initializing: ["active", "closing"],
  active: ["closing"],
  closing: ["closed", "failed"],
  closed: [],
  failed: [],
};

/** The one function that moves: `next`, or `SessionError` `session-state` where the table has no such step. */
export function move(from: SessionState, next: SessionState): SessionState {
  if (transitions[from].includes(next)) return next;
  throw new SessionError("session-state", `A session cannot go from ${from} to ${next}.`);
}
