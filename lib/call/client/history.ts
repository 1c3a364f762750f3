import type { CallParty } from "../call-line.ts";
import type { IncomingCall, IncomingEnd } from "./incoming-call.ts";

/** One call that is over. Times are epoch milliseconds. */
export interface HistoryEntry {
  readonly id: string;
  readonly direction: "incoming" | "outgoing";
  /** A person, or an application by its address. */
  readonly party: CallParty;
  readonly startedAt: number;
  /** Undefined: nobody talked. */
  readonly connectedAt: number | undefined;
  readonly endedAt: number;
  readonly reason: string;
  /** It rang here, and nobody answered. */
  readonly missed: boolean;
}

/** Of a call that rang here and was not taken. */
export const entryOf = ({ id, from, receivedAt }: IncomingCall, { outcome, reason }: IncomingEnd): HistoryEntry => ({
  id,
  direction: "incoming",
  party: from,
  startedAt: receivedAt,
  connectedAt: undefined,
  endedAt: Date.now(),
  reason,
  missed: outcome === "missed",
});

/** The newest calls, newest first. In the memory of the page and nowhere else. */
export class History {
  readonly #limit: number;
  #entries: readonly HistoryEntry[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A new array at every change. */
  get entries(): readonly HistoryEntry[] {
    return this.#entries;
  }

  add(entry: HistoryEntry): void {
    this.#entries = [entry, ...this.#entries].slice(0, this.#limit);
  }
}
