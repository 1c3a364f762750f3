import type { AudioStats } from "../audio/index.ts";
import type { TransportStats } from "../transport/index.ts";
import type { NetworkFigures } from "./call-line.ts";
import type { CallQuality, DelayStages } from "./quality-meter.ts";

/** Figures of a call at one moment. Undefined: not known yet, or not on this kind of call. */
export interface CallStats {
  /** As it was agreed. Over `rtvbp.webrtc.v1` sound travels as PCMU, whatever the ends agree on. */
  readonly codec: string | undefined;
  readonly profile: string | undefined;
  readonly durationMs: number;
  /** Round trip of the last `ping`, or of the connection between two people, milliseconds. */
  readonly rttMs: number | undefined;
  readonly delay: DelayStages | undefined;
  /** Of the last seconds; undefined before anything was heard. */
  readonly quality: CallQuality | undefined;
  readonly audio: AudioStats | undefined;
  readonly transport: TransportStats | undefined;
  /** What the network lost; undefined where the transport loses nothing, only takes longer. */
  readonly network: NetworkFigures | undefined;
}
