import type { LatencySummary } from "./latency-histogram.ts";

export interface LoadProgress {
  readonly phase: "connecting" | "warming up" | "measuring" | "hanging up";
  /** Of the phase. */
  readonly elapsedMs: number;
  readonly active: number;
  readonly failed: number;
  readonly sentFrames: number;
  readonly echoedFrames: number;
  /** So far. */
  readonly p99Ms: number;
}

export interface LoadReport {
  readonly url: string;
  readonly codec: string;
  readonly connections: number;
  /** That became active. */
  readonly connected: number;
  /** Why the others did not: code → how many. */
  readonly failures: Readonly<Record<string, number>>;
  readonly measuredMs: number;
  /** From dialling to an active call. */
  readonly setUpMs: LatencySummary;
  /** False: nothing came back as it was sent, and latency cannot be told. Every other figure can. */
  readonly echo: boolean;
  /** From when a frame was sent to when it came back. */
  readonly latencyMs: LatencySummary;
  /** From when a frame was due to be sent to when it came back: what a listener waits for. The generator's own lateness is in it. */
  readonly latenessMs: LatencySummary;
  /** How late the generator itself sent: where this is large, the machine of the generator is the limit. */
  readonly sendLateMs: LatencySummary;
  readonly frames: {
    readonly sent: number;
    readonly echoed: number;
    /** Sent, and not come back in time after the end. */
    readonly lost: number;
    /** Not sent: the connection's backlog was full, or the call over. */
    readonly refused: number;
  };
  readonly receivedBytes: number;
  /** Sound that came and was not ours. */
  readonly foreignBytes: number;
  /** Calls that ended before we hung up. */
  readonly endedEarly: number;
  /** Calls that ended in good order when we did. */
  readonly endedCleanly: number;
}
