import type { CoreExports } from "./core.ts";

/** Where every byte of the stream is: received = played + dropped + flushed + held. */
export interface StreamCount {
  readonly received: number;
  readonly played: number;
  /** Refused because 120 s were already held, or left out of a backlog. */
  readonly dropped: number;
  readonly flushed: number;
  readonly held: number;
}

/** The jitter buffer in the words of W3C webrtc-stats. Samples are at the codec rate, delays sums of sample-seconds. */
export interface JitterBufferStats {
  /** Divided by jitterBufferEmittedCount: the mean time of a sample in the buffer, seconds. */
  readonly jitterBufferDelay: number;
  readonly jitterBufferTargetDelay: number;
  readonly jitterBufferEmittedCount: number;
  readonly concealedSamples: number;
  readonly silentConcealedSamples: number;
  readonly concealmentEvents: number;
  readonly insertedSamplesForDeceleration: number;
  readonly removedSamplesForAcceleration: number;
  /** Concealed ones included. */
  readonly totalSamplesReceived: number;
}

export interface PlaybackStats extends JitterBufferStats {
  readonly state: "idle" | "buffering" | "playing";
  /** A live talker, or generated speech that runs ahead and is therefore never stretched, dropped or adapted. */
  readonly sender: "unknown" | "live" | "generated";
  readonly bytes: StreamCount;
  readonly samples: StreamCount;
  /** Bytes before the last flush that are still to arrive, and will be discarded. */
  readonly pendingFlushBytes: number;
  /** Times it ran dry before the end of an utterance. */
  readonly underruns: number;
  /** Live sound missing for 150 ms or more. */
  readonly interruptions: number;
  /** Times generated speech ran dry before its end. */
  readonly rebufferings: number;
  readonly heldMs: number;
  /** The delay aimed for, and the present one beyond the fastest of the network; 0 while idle. */
  readonly targetMs: number;
  readonly delayMs: number;
  /** How far the newest audio came ahead of a live pace. */
  readonly leadMs: number;
  /** The sender's clock against the device's; undefined before it is known (15 s of live speech). */
  readonly driftPpm: number | undefined;
  /** Resampling now: drift, and small corrections of the delay. */
  readonly resamplePpm: number;
  /** How much of the current (or, between two, the last) utterance was played. */
  readonly heardMs: number;
  /** Silence rendered because nothing was there to play. */
  readonly silentMs: number;
}

const states = ["idle", "buffering", "playing"] as const;
const senders = ["unknown", "live", "generated"] as const;

/** Reads the numbered statistics of wasm/playback.ts. */
export function readPlaybackStats(core: CoreExports, unit: { bytes: number; samples: number }): PlaybackStats {
  const stat = (index: number) => core.playbackStat(index);
  const bytes = { received: stat(0), played: stat(1), dropped: stat(2), flushed: stat(3), held: stat(4) };
  const samples = (count: number) => Math.floor(count / unit.bytes) * unit.samples;
  const driftPpm = stat(15);
  return {
    state: states[stat(7)] ?? "idle",
    sender: senders[stat(11)] ?? "unknown",
    bytes,
    samples: {
      received: samples(bytes.received),
      played: samples(bytes.played),
      dropped: samples(bytes.dropped),
      flushed: samples(bytes.flushed),
      held: samples(bytes.held),
    },
    pendingFlushBytes: stat(5),
    underruns: stat(6),
    interruptions: stat(27),
    rebufferings: stat(28),
    heldMs: stat(8),
    targetMs: stat(12),
    delayMs: stat(13),
    leadMs: stat(14),
    driftPpm: Number.isNaN(driftPpm) ? undefined : driftPpm,
    resamplePpm: stat(16),
    heardMs: stat(9),
    silentMs: stat(10),
    jitterBufferDelay: stat(18),
    jitterBufferTargetDelay: stat(19),
    jitterBufferEmittedCount: stat(20),
    concealedSamples: stat(21),
    silentConcealedSamples: stat(22),
    concealmentEvents: stat(23),
    insertedSamplesForDeceleration: stat(24),
    removedSamplesForAcceleration: stat(25),
    totalSamplesReceived: stat(26),
  };
}
