import { type CallHandler, forward, pass, waited } from "./handler.ts";

/** Of `failover`. */
export interface FailoverOptions {
  /** How long it rings here first. Default 20,000; 0 forwards at once. */
  readonly afterMs?: number;
}

/**
 * Forwards what nobody answers here to the first of `targets` that is available, as far as the hub tells. While none is, it goes on ringing.
 * Meanwhile the handlers behind it are not asked: a person can answer.
 */
export const failover =
  (targets: readonly string[], { afterMs = 20_000 }: FailoverOptions = {}): CallHandler =>
  async (call, { signal, presence, ring }) => {
    if (afterMs > 0) ring();
    if (afterMs > 0 && !(await waited(afterMs, signal))) return pass;
    const target = targets.find((id) => id !== call.from.id && presence.get(id)?.status === "available");
    return target === undefined ? pass : forward(target, "no answer");
  };
