import type { TransportStats } from "./transport.ts";

/** What a transport counts while it runs; `TransportStats` adds what is only known when asked. */
export type Counters = {
  -readonly [K in Exclude<keyof TransportStats, "thread" | "link" | "bufferedBytes">]: number;
};

export function createCounters(): Counters {
  return {
    sentTexts: 0,
    receivedTexts: 0,
    sentFrames: 0,
    sentBytes: 0,
    receivedFrames: 0,
    receivedBytes: 0,
    earlyFrames: 0,
    droppedUplinkFrames: 0,
    droppedDownlinkFrames: 0,
    oversizedFrames: 0,
  };
}
