import type { Recorder } from "./recording.ts";

/** A call of one of the ways that are compared. */
export interface OpenCall {
  /** Records what the person would hear. */
  recordHeard(): Promise<Recorder>;
  /** Whatever the way knows about itself. */
  stats(): Promise<unknown>;
  close(): Promise<void>;
}
