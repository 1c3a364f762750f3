import type { Call } from "../call.ts";
import type { CallParty } from "../call-line.ts";
import { isLive } from "../call-state.ts";
import { History, type HistoryEntry } from "./history.ts";
import { type QualityAlert, type QualityThresholds, QualityWatch } from "./quality-watch.ts";

export interface RosterOptions {
  readonly historyLimit: number | undefined;
  readonly quality: QualityThresholds | undefined;
  readonly ended: (call: Call) => void;
  readonly alert: (call: Call, alert: QualityAlert) => void;
}

/** How a call began. */
export interface CallFacts {
  readonly direction: "incoming" | "outgoing";
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

const lookMs = 2000;

/** The calls of a client that are on: one of them active, the others held, unless they are bridged; and what is left of those that were. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #calls = new Map<Call, CallFacts>();
  readonly #history: History;

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#history = new History(options.historyLimit ?? 100);
  }

  get calls(): readonly Call[] {
    return [...this.#calls.keys()];
  }

  get history(): readonly HistoryEntry[] {
    return this.#history.entries;
  }

  factsOf(call: Call): CallFacts | undefined {
    return this.#calls.get(call);
  }

  note(entry: HistoryEntry): void {
    this.#history.add(entry);
  }

  /** Looks after a call from before its start to its end. */
  add(call: Call, direction: "incoming" | "outgoing", party: CallParty, startedAt = Date.now()): void {
    this.#calls.set(call, { direction, startedAt });
    this.holdOthers(call);
    const watch = new QualityWatch(this.#options.quality);
    const timer = setInterval(() => void this.#look(call, watch), lookMs);
    call.addEventListener("statechange", ({ state }) => {
      if (state === "active") this.holdOthers(call);
    });
    call.addEventListener("bridgechange", ({ bridged }) => {
      if (!bridged && call.state === "active") this.holdOthers(call);
    });
    call.addEventListener("ended", ({ end }) => {
      clearInterval(timer);
      this.#calls.delete(call);
      this.#history.add({
        id: call.id,
        direction,
        party: call.party ?? party,
        startedAt,
        connectedAt: call.connectedAt,
        endedAt: Date.now(),
        reason: end.reason,
        missed: false,
      });
      this.#options.ended(call);
    });
  }

  /** Everybody but this one, and who is bridged. */
  holdOthers(call: Call): void {
    if (isBridged(call)) return;
    for (const other of this.#calls.keys()) {
      if (other !== call && !isBridged(other) && isLive(other.state) && other.connectedAt !== undefined) {
        other.hold().catch(() => {}); // it ended meanwhile, or waits for its connection
      }
    }
  }

  async #look(call: Call, watch: QualityWatch): Promise<void> {
    if (call.state !== "active") return;
    const stats = await call.stats().catch(() => undefined);
    const alert = stats && !call.ended && watch.look(stats, performance.now());
    if (alert) this.#options.alert(call, alert);
  }
}

const isBridged = ({ bridged }: Call): boolean => bridged;
