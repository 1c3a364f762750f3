// Where the playout is in the media, what became of every sample, and the operations that move the playhead.
// Invariant: received = played + dropped + flushed + held.

import {
  held,
  openQueue,
  packetCount,
  packetIsQuiet,
  packetMayBeCut,
  packetSamples,
  packetStart,
  removeRange,
  takeFirst,
} from "./queue";

export const NORMAL: i32 = 0;
export const EXPANDING: i32 = 1;
export const IDLE: i32 = 2;

/** Backlog beyond which quiet audio is cut. */
const CUT_MS: f64 = 100.0;
/** Quiet time always played before a cut. */
const CUT_KEEP_MS: f64 = 200.0;

/** Samples per millisecond at the codec rate. */
export let perMs: f64 = 16.0;
/** Samples per tick. */
export let tickSamples: i32 = 160;
/** Packets carry media positions of their own (RTP); raw bytes follow one another. */
export let positioned: bool = false;

export let mode: i32 = IDLE;
/** Media position of the next sample to play, and after the newest. */
export let head: f64 = 0.0;
export let end: f64 = 0.0;
/** The newest audio is of low energy. */
export let tailQuiet: bool = false;
/** Samples of this utterance played so far. */
export let utterancePlayed: f64 = 0.0;

export let received: f64 = 0.0;
export let played: f64 = 0.0;
export let dropped: f64 = 0.0;
export let flushed: f64 = 0.0;
/** Samples synthesised because media was missing. */
export let concealed: f64 = 0.0;

/** Quiet milliseconds played without a break. */
let quietRun: f64 = 0.0;

export function openPlayhead(rate: i32, tickMs: i32, rtp: bool, storeSamples: i32): void {
  perMs = <f64>rate / 1000.0;
  tickSamples = (rate / 1000) * tickMs;
  positioned = rtp;
  mode = IDLE;
  head = end = utterancePlayed = quietRun = 0.0;
  tailQuiet = false;
  received = played = dropped = flushed = concealed = 0.0;
  openQueue(storeSamples, rate / 50);
}

/** Packets will carry positions. */
export function setPositioned(): void {
  positioned = true;
}

export function setMode(to: i32): void {
  mode = to;
}

export function moveHead(to: f64): void {
  head = to;
}

export function moveEnd(to: f64, quiet: bool): void {
  end = to;
  tailQuiet = quiet;
}

export function beginUtterance(): void {
  utterancePlayed = 0.0;
}

export function countReceived(samples: f64): void {
  received += samples;
}

export function countDropped(samples: f64): void {
  dropped += samples;
}

export function countFlushed(samples: f64): void {
  flushed += samples;
}

export function countConcealed(samples: f64): void {
  concealed += samples;
}

/** Samples counted as played that were taken back before anyone heard them. */
export function takeBack(samples: f64): void {
  played -= samples;
  utterancePlayed -= samples;
}

/** Milliseconds of media between the playhead and the newest sample. */
export function levelMs(): f64 {
  if (!held) return 0.0;
  return (end - (mode == IDLE ? packetStart(0) : head)) / perMs;
}

/** Moves the head by `advance`; returns how many held samples that plays (less at a gap). */
export function consume(advance: f64): i32 {
  const to = head + advance;
  let n = 0;
  while (packetCount() && packetStart(0) < to) {
    const k = <i32>min(<f64>packetSamples(0), to - packetStart(0));
    n += k;
    quietRun = packetIsQuiet(0) ? quietRun + <f64>k / perMs : 0.0;
    takeFirst(k);
  }
  head = to;
  played += n;
  utterancePlayed += n;
  return n;
}

/** Raw bytes that were refused when the queue was full leave no gap to conceal. */
export function skipRefused(): void {
  if (!positioned && packetCount() && packetStart(0) > head) head = packetStart(0);
}

/** Drops quiet audio that arrived at real-time pace while there is a backlog; returns how many samples. */
export function cutQuiet(targetMs: f64): i32 {
  const excess = levelMs() - targetMs;
  if (excess < CUT_MS || quietRun < CUT_KEEP_MS) return 0;
  let left = <i32>(excess * perMs);
  let cut = 0;
  while (packetCount() && packetMayBeCut(0) && packetSamples(0) <= left && packetStart(0) == head) {
    const n = packetSamples(0);
    takeFirst(n);
    left -= n;
    cut += n;
    head += n;
  }
  dropped += cut;
  return cut;
}

/** Samples held in [head, head + span). */
export function heldWithin(span: f64): i32 {
  let n = 0;
  for (let i = 0; i < packetCount(); i++) {
    const start = packetStart(i);
    if (start >= head + span) break;
    n += <i32>(min(start + packetSamples(i), head + span) - start);
  }
  return n;
}

/** Removes what is held in [from, to), counted as flushed; returns how many samples. */
export function flushRange(from: f64, to: f64): i32 {
  const removed = removeRange(from, to);
  flushed += removed;
  return removed;
}

/** The same, counted as dropped. */
export function dropRange(from: f64, to: f64): i32 {
  const removed = removeRange(from, to);
  dropped += removed;
  return removed;
}
