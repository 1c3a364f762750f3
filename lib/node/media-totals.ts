import type { TransportStats } from "../transport/transport.ts";

/** Sound that went through a server. */
export interface MediaTotals {
  receivedFrames: number;
  receivedBytes: number;
  sentFrames: number;
  sentBytes: number;
  /** Not sent: the connection's backlog was full. */
  unsentFrames: number;
  /** Received, and forgotten because the agent did not read it in time. */
  unreadFrames: number;
  /** Came before the call was active. */
  earlyFrames: number;
  /** Refused for their size. */
  oversizedFrames: number;
}

export function noMedia(): MediaTotals {
  return {
    receivedFrames: 0,
    receivedBytes: 0,
    sentFrames: 0,
    sentBytes: 0,
    unsentFrames: 0,
    unreadFrames: 0,
    earlyFrames: 0,
    oversizedFrames: 0,
  };
}

export function addMedia(totals: MediaTotals, stats: TransportStats, unreadFrames: number): void {
  totals.receivedFrames += stats.receivedFrames;
  totals.receivedBytes += stats.receivedBytes;
  totals.sentFrames += stats.sentFrames;
  totals.sentBytes += stats.sentBytes;
  totals.unsentFrames += stats.droppedUplinkFrames;
  totals.unreadFrames += unreadFrames;
  totals.earlyFrames += stats.earlyFrames;
  totals.oversizedFrames += stats.oversizedFrames;
}
