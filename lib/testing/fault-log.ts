import type { FaultDirection } from "./fault-script.ts";

/** Something that was done to a connection. */
export interface FaultAction {
  /** Since the beginning, milliseconds. */
  readonly atMs: number;
  /** Counts from 1; 0 where it concerns none. */
  readonly connection: number;
  readonly direction?: FaultDirection;
  /** Such as `stall 400` or `burst of 12 pieces, 3840 bytes`. */
  readonly what: string;
}

const maxActions = 1000;

/** What was done, oldest first, bounded: the newest are kept. */
export class FaultLog {
  readonly #now: () => number;
  readonly #onAction: ((action: FaultAction) => void) | undefined;
  readonly #startedAt: number;
  readonly #actions: FaultAction[] = [];

  constructor(now: () => number, onAction?: (action: FaultAction) => void) {
    this.#now = now;
    this.#onAction = onAction;
    this.#startedAt = now();
  }

  get actions(): readonly FaultAction[] {
    return [...this.#actions];
  }

  add(connection: number, direction: FaultDirection | undefined, what: string): void {
    const atMs = Math.round(this.#now() - this.#startedAt);
    const action: FaultAction = { atMs, connection, ...(direction && { direction }), what };
    this.#actions.push(action);
    if (this.#actions.length > maxActions) this.#actions.shift();
    this.#onAction?.(action);
  }
}
