import type { CallEnd } from "./call-events.ts";
import type { CallState } from "./call-state.ts";
import type { CallStats } from "./call-stats.ts";
import type { CallQuality } from "./quality-meter.ts";

/** What a flight record has besides the trace of its sessions: `note` records of these names. Times are the records' own. */
export interface FlightNotes {
  /** The first of all: which call this is, and where it was made. */
  call: {
    readonly id: string;
    readonly state: CallState;
    readonly browser?: string;
    readonly isolated?: boolean;
  };
  "call-state": { readonly state: CallState; readonly previous: CallState };
  "call-muted": { readonly muted: boolean };
  "call-levels": LevelsNote;
  "call-quality": CallQuality;
  "call-stats": CallStats;
  "call-warning": { readonly code: string; readonly message?: string; readonly cleared?: true };
  "call-interrupted": { readonly removedBytes: number; readonly heardMs: number };
  "call-recording": { readonly id: string; readonly finished: boolean };
  /** What became of the page: `hidden`, `visible`, `online`, `offline`. */
  "call-page": { readonly change: string };
  "call-ended": {
    readonly reason: string;
    readonly by: CallEnd["by"];
    readonly code?: string;
    readonly message?: string;
  };
  "call-sound": SoundNote;
}

/** Peaks of some seconds, 0 to 1 of full scale. `at[i]`: milliseconds after the record, so zero or less. */
export interface LevelsNote {
  readonly at: readonly number[];
  readonly input: readonly number[];
  readonly output: readonly number[];
}

/** A recording of the call, both sides. `fromMs`: when it began, as the `t` of records. */
export interface SoundNote {
  readonly type: string;
  readonly fromMs: number;
  readonly base64: string;
}
