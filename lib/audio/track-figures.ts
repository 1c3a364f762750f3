import type { CaptureFigures } from "../../worklets/messages.ts";
import type { PlaybackStats } from "../core/index.ts";

/** What the browser counts for the two directions of a call whose media are tracks (W3C webrtc-stats). */
export interface TrackFigures {
  readonly inbound?: RTCInboundRtpStreamStats;
  readonly outbound?: RTCOutboundRtpStreamStats;
}

/** Members that browsers have and the compiler's DOM library has not, or not yet. */
interface MoreInbound {
  readonly jitterBufferTargetDelay?: number;
  readonly packetsDiscarded?: number;
  readonly interruptionCount?: number;
}

/** PCMU: one byte a sample, 8 a millisecond, 160 a packet. */
const bytesPerMs = 8;
const packetBytes = 160;

/** The mean of a delay over what was emitted since `before`, milliseconds. */
const meanMs = (delay: number, emitted: number, before: PlaybackStats | undefined, delayBefore: number): number => {
  const count = emitted - (before?.jitterBufferEmittedCount ?? 0);
  return count > 0 ? Math.max(0, (1000 * (delay - delayBefore)) / count) : 0;
};

/**
 * The browser's jitter buffer in the words of ours. What it does not tell (which bytes it holds, the sender's clock) is estimated or left
 * out. `before`: what this returned last, for the delays of the time between.
 */
export function playbackOf(inbound: RTCInboundRtpStreamStats, before: PlaybackStats | undefined): PlaybackStats {
  const { jitterBufferTargetDelay = 0, packetsDiscarded = 0, interruptionCount = 0 } = inbound as MoreInbound;
  const { jitterBufferDelay = 0, jitterBufferEmittedCount = 0 } = inbound;
  const delayMs = meanMs(jitterBufferDelay, jitterBufferEmittedCount, before, before?.jitterBufferDelay ?? 0);
  const targetBefore = before?.jitterBufferTargetDelay ?? 0;
  const targetMs = meanMs(jitterBufferTargetDelay, jitterBufferEmittedCount, before, targetBefore);
  const received = inbound.bytesReceived ?? 0;
  const dropped = Math.min(received, packetsDiscarded * packetBytes);
  const held = Math.min(received - dropped, Math.round(delayMs * bytesPerMs));
  const count = { received, played: received - dropped - held, dropped, flushed: 0, held };
  return {
    state: received === 0 ? "idle" : "playing",
    sender: received === 0 ? "unknown" : "live",
    bytes: count,
    samples: count,
    pendingFlushBytes: 0,
    underruns: inbound.concealmentEvents ?? 0,
    interruptions: interruptionCount,
    rebufferings: 0,
    heldMs: delayMs,
    targetMs,
    delayMs,
    leadMs: 0,
    driftPpm: undefined,
    resamplePpm: 0,
    heardMs: 0,
    silentMs: 0,
    jitterBufferDelay,
    jitterBufferTargetDelay,
    jitterBufferEmittedCount,
    concealedSamples: inbound.concealedSamples ?? 0,
    silentConcealedSamples: inbound.silentConcealedSamples ?? 0,
    concealmentEvents: inbound.concealmentEvents ?? 0,
    insertedSamplesForDeceleration: inbound.insertedSamplesForDeceleration ?? 0,
    removedSamplesForAcceleration: inbound.removedSamplesForAcceleration ?? 0,
    totalSamplesReceived: inbound.totalSamplesReceived ?? 0,
  };
}

export function captureOf(outbound: RTCOutboundRtpStreamStats | undefined, muted: boolean): CaptureFigures {
  return { frames: outbound?.packetsSent ?? 0, muted, uplink: undefined };
}
