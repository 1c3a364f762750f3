import type { Presence } from "../client-events.ts";
import type { IncomingCall } from "../incoming-call.ts";

/**
 * What to do with a call that rings. `defer`: a person decides, later handlers are not asked. `pass`: the next handler decides; after the last one,
 * a person.
 */
export type Decision =
  | { readonly action: "accept" | "defer" | "pass" }
  | { readonly action: "reject"; readonly code: string; readonly reason?: string }
  | { readonly action: "forward"; readonly target: string; readonly reason?: string };

/** What handlers may know of their client. */
export interface HandlerContext {
  /** Calls that are on, held ones included. */
  readonly activeCalls: number;
  readonly presence: ReadonlyMap<string, Presence>;
  /** Aborts when the call does not ring any more, whatever the reason. */
  readonly signal: AbortSignal;
  /** Shows the call to the person while the handler still thinks: who answers first decides. */
  ring(): void;
  /** Resolves when fewer than `limit` calls are on; at once where that is so. Rejects when `signal` aborts. */
  whenFree(limit: number): Promise<void>;
}

/** Decides at once, or later: it rings until then. */
export type CallHandler = (call: IncomingCall, context: HandlerContext) => Decision | Promise<Decision>;

/** Answers the call: one of the decisions that a `CallHandler` returns. */
export const accept: Decision = { action: "accept" };
/** Leaves the call to the person: it rings, and later handlers are not asked. */
export const defer: Decision = { action: "defer" };
/** Leaves the call to the next handler; after the last one, to the person. */
export const pass: Decision = { action: "pass" };

/** Refuses the call. `code` is what the caller is told: `declined`, `busy`, `unavailable`, `do-not-disturb`, or a word of your own. */
export const reject = (code = "declined", reason?: string): Decision => ({
  action: "reject",
  code,
  ...(reason !== undefined && { reason }),
});

/** Sends the caller on to another id of the same hub, who rings instead. */
export const forward = (target: string, reason?: string): Decision => ({
  action: "forward",
  target,
  ...(reason !== undefined && { reason }),
});

/** Resolves after `ms`, or with false when `signal` aborts before that. */
export function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (whole: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      resolve(whole);
    };
    const abort = (): void => settle(false);
    const timer = setTimeout(() => settle(true), ms);
    signal.addEventListener("abort", abort);
  });
}
