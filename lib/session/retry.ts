import type { Clock } from "./clock.ts";
import { SessionError } from "./errors.ts";

/** The waits between attempts. Each is cut by chance to between half and the whole of it, so that not everybody comes back at once. */
export interface BackoffOptions {
  /** Before the first attempt that follows a failure; each further one waits twice as long. Default 250. */
  readonly firstDelayMs?: number;
  /** The longest wait. Default 750. */
  readonly maxDelayMs?: number;
  /** Within 0 … 1. */
  readonly random?: () => number;
}

/** Waits that double, with jitter: each is a random part, from half to all, of what is due. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #failures = 0;

  constructor({ firstDelayMs = 250, maxDelayMs = 750, random = Math.random }: BackoffOptions = {}) {
    this.#firstMs = firstDelayMs;
    this.#maxMs = maxDelayMs;
    this.#random = random;
  }

  /** Where many may have been cut off by the same event: something between nothing and the first wait. */
  spreadMs(): number {
    return this.#random() * this.#firstMs;
  }

  /** The wait after one more failure. */
  nextMs(): number {
    const dueMs = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#failures++);
    return dueMs * (0.5 + this.#random() / 2);
  }

  /** It works again. */
  reset(): void {
    this.#failures = 0;
  }
}

/** Of `retry`: how long attempts are made, and what stops them. Milliseconds on `clock`. */
export interface RetryOptions {
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** How long it may take in all; what is under way then is aborted. */
  readonly withinMs: number;
  /** No attempt but the first begins later than this. Default: `withinMs`. */
  readonly tryForMs?: number;
  /** Of one attempt. Default: `withinMs`. */
  readonly attemptMs?: number;
  /** Before the first attempt. Default 0. */
  readonly delayMs?: number;
  readonly signal: AbortSignal;
  /** Calls its listener when waiting longer is pointless (the network is back). Returns what stops that. */
  readonly nudge?: (listener: () => void) => () => void;
  /** Whether another attempt may end otherwise. Default: errors that say `fatal: false`. */
  readonly retryable?: (error: unknown) => boolean;
}

const saysNotFatal = (error: unknown): boolean => (error as { readonly fatal?: unknown } | null)?.fatal === false;

/**
 * Tries until it works. Rejects with the error of the last attempt: one that cannot be retried, or the last before the time was over; with
 * the reason of `signal` where that aborts. Each attempt gets a signal that aborts when it must end; nothing is open afterwards, as far as
 * `attempt` keeps its promise to leave nothing open when it rejects.
 */
export async function retry<T>(attempt: (signal: AbortSignal) => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, backoff, withinMs, delayMs = 0, signal, nudge, retryable = saysNotFatal } = options;
  const { tryForMs = withinMs, attemptMs = withinMs } = options;
  const startedAt = clock.now();
  const window = limit(signal, withinMs, clock);
  let failure: unknown = new SessionError("session-timeout", "There was no time to try.");
  try {
    for (let waitMs = delayMs; ; ) {
      await pause(waitMs, { clock, nudge, signal: window.signal });
      if (window.signal.aborted) break;
      const one = limit(window.signal, attemptMs, clock);
      try {
        return await attempt(one.signal);
      } catch (error) {
        failure = error;
        if (window.signal.aborted || !retryable(error)) break;
      } finally {
        one.release();
      }
      waitMs = backoff.nextMs();
      if (clock.now() - startedAt + waitMs > tryForMs) break;
    }
    throw signal.aborted ? signal.reason : failure;
  } finally {
    window.release();
  }
}

/** A signal that aborts with `signal`, or after `limitMs`. */
function limit(signal: AbortSignal, limitMs: number, clock: Clock): { signal: AbortSignal; release(): void } {
  const own = new AbortController();
  const abort = (): void => own.abort(signal.reason);
  const cancel = clock.after(limitMs, abort);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  return {
    signal: own.signal,
    release: () => {
      cancel();
      signal.removeEventListener("abort", abort);
    },
  };
}

interface PauseOptions {
  readonly clock: Clock;
  readonly nudge: RetryOptions["nudge"] | undefined;
  readonly signal: AbortSignal;
}

/** Settles after `delayMs`, with a nudge before that, or at once when `signal` aborts. */
function pause(delayMs: number, { clock, nudge, signal }: PauseOptions): Promise<void> {
  if (signal.aborted || delayMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = (): void => {
      cancel();
      unwatch?.();
      signal.removeEventListener("abort", settle);
      resolve();
    };
    const cancel = clock.after(delayMs, settle);
    const unwatch = nudge?.(settle);
    signal.addEventListener("abort", settle);
  });
}
