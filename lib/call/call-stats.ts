import type { AudioStats } from "../audio/index.ts";
import type { TransportStats } from "../transport/index.ts";
import { type CallQuality, rateQuality } from "./quality.ts";

/** Where the milliseconds between the microphone here and the ear at the far end of an echo go. Undefined: not measured yet. */
export interface DelayStages {
  /** Collecting and encoding one frame in the capture worklet. */
  readonly captureMs: number;
  /** One way between the two ends: half the round trip of `ping`. */
  readonly networkMs: number | undefined;
  /** Time a sample waits in the playout buffer, mean. */
  readonly bufferMs: number;
  /** From the worklet to the loudspeaker, as the browser reports it. */
  readonly outputMs: number;
}

export interface CallStats {
  readonly codec: string | undefined;
  readonly profile: string | undefined;
  readonly durationMs: number;
  /** Round trip of the last `ping`, milliseconds. */
  readonly rttMs: number | undefined;
  readonly delay: DelayStages;
  readonly quality: CallQuality | undefined;
  readonly audio: AudioStats | undefined;
  readonly transport: TransportStats | undefined;
}

/** The rating of what the person here hears: network and buffer delay, and what had to be concealed. */
export function qualityOf(delay: DelayStages, concealedPct: number): CallQuality {
  const delayMs = delay.captureMs + (delay.networkMs ?? 0) + delay.bufferMs + delay.outputMs;
  return rateQuality({ delayMs, concealedPct });
}
