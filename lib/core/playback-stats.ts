import type { CoreExports } from "./core.ts";

/** Where every byte of the stream is: received = played + dropped + flushed + held. */
export interface StreamCount {
  readonly received: number;
  readonly played: number;
  /** Refused because 120 s were already held. */
  readonly dropped: number;
  readonly flushed: number;
  readonly held: number;
}

export interface PlaybackStats {
  readonly state: "idle" | "buffering" | "playing";
  readonly bytes: StreamCount;
  readonly samples: StreamCount;
  /** Bytes before the last flush that are still to arrive, and will be discarded. */
  readonly pendingFlushBytes: number;
  /** Times it ran dry. */
  readonly underruns: number;
  readonly heldMs: number;
  /** How much of the current (or, between two, the last) utterance was played. */
  readonly heardMs: number;
  /** Silence rendered because nothing was there to play. */
  readonly silentMs: number;
}

const states = ["idle", "buffering", "playing"] as const;

/** Reads the numbered statistics of wasm/playback.ts. */
export function readPlaybackStats(core: CoreExports, unit: { bytes: number; samples: number }): PlaybackStats {
  const stat = (index: number) => core.playbackStat(index);
  const bytes = { received: stat(0), played: stat(1), dropped: stat(2), flushed: stat(3), held: stat(4) };
  const samples = (count: number) => Math.floor(count / unit.bytes) * unit.samples;
  return {
    state: states[stat(7)] ?? "idle",
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
    heldMs: stat(8),
    heardMs: stat(9),
    silentMs: stat(10),
  };
}
