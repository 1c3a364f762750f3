import type { DrainOptions } from "./voice-server-options.ts";

/** Of `handleSignals`. */
export interface SignalOptions extends DrainOptions {
  /** Default SIGTERM and SIGINT. */
  readonly signals?: readonly NodeJS.Signals[];
  /** What else is to be done when no call is left, such as closing a database. The process ends after it. */
  readonly onDrained?: () => unknown;
  /** Default: `process.exit`. */
  readonly exit?: (code: number) => void;
}

/** A voice server, a hub, … */
export interface Drainable {
  drain(options?: DrainOptions): Promise<void>;
  close(options?: { readonly deadlineMs?: number }): Promise<void>;
}

/**
 * Drains the servers at the first signal and ends the process with 0; a second one ends the calls at once. Returns what takes the handlers away.
 * SIGKILL cannot be handled: give your supervisor more patience than the deadline (Kubernetes: `terminationGracePeriodSeconds`).
 */
export function handleSignals(servers: Drainable | readonly Drainable[], options: SignalOptions = {}): () => void {
  const { signals = ["SIGTERM", "SIGINT"], exit = (code) => process.exit(code), onDrained } = options;
  const all = Array.isArray(servers) ? (servers as readonly Drainable[]) : [servers as Drainable];
  let received = 0;
  const leave = async (): Promise<void> => {
    try {
      await Promise.all(all.map((server) => server.drain(options)));
      await onDrained?.();
      exit(0);
    } catch (error) {
      console.error(error);
      exit(1);
    }
  };
  const handler = (): void => {
    if (++received === 1) void leave();
    else for (const server of all) void server.close({ deadlineMs: 500 });
  };
  for (const signal of signals) process.on(signal, handler);
  return () => {
    for (const signal of signals) process.off(signal, handler);
  };
}
