// Arrivals: judged as they come, held if they are wanted. One arrival may be held in several pieces.

import { flushEnd, noteHeld } from "./law";
import {
  countDropped,
  countFlushed,
  countReceived,
  end,
  head,
  moveEnd,
  perMs,
  positioned,
  tailQuiet,
} from "./playhead";
import { findSlot, held, insertPacket, markPaced, overlapBefore, roomBefore } from "./queue";
import { isPacedAt, observeArrival, paced, pacedFrom, setPaced } from "./sender";

/** Longer arrivals are judged by their first and last 20 ms: a 500 ms chunk is a 480 ms lead. */
const FRAME_MS: f64 = 20.0;

/** Piece that holdMedia kept: its first sample, counted from the piece's start. The length is what holdMedia returned. */
export let keptFrom: i32 = 0;

/** An arrival of `samples` at media position `media`; every piece of it follows by holdMedia. */
export function noteArrival(arrival: f64, media: f64, samples: i32): void {
  countReceived(samples);
  const gained = max(0.0, media + samples - end);
  observeArrival(arrival, arrival - media / perMs, media, gained / perMs);
  if (<f64>samples > FRAME_MS * perMs) {
    const last = media + samples - FRAME_MS * perMs;
    observeArrival(arrival, arrival - last / perMs, last, 0.0);
  }
  const isPaced = isPacedAt(arrival);
  if (isPaced && !paced) markPaced(pacedFrom);
  setPaced(isPaced);
}

/**
 * Holds `samples` from media position `media`, whose audio is to be put at `place` of the store (less keptFrom). Returns how many
 * were wanted; the others are counted as dropped or flushed. `capacity`: most samples ever held.
 */
export function holdMedia(arrival: f64, media: f64, samples: i32, place: i32, quiet: bool, capacity: i32): i32 {
  keptFrom = 0;
  if (held + samples > capacity) {
    countDropped(samples);
    moveEnd(max(end, media + samples), tailQuiet);
    return 0;
  }
  let start = media;
  let n = samples;
  const first = max(head, flushEnd);
  if (start < first) {
    keptFrom = <i32>min(<f64>n, first - start); // too late, or flushed before it came
    const late = <f64>keptFrom;
    if (positioned || start >= flushEnd) countDropped(late);
    else countFlushed(late);
    start += late;
    n -= keptFrom;
    if (!positioned && n == 0 && media + samples > end) moveEnd(media + samples, quiet);
  }
  if (n > 0) {
    const at = findSlot(start);
    const known = min(n, overlapBefore(at, start)); // a duplicate, wholly or in part
    keptFrom += known;
    start += known;
    const wanted = roomBefore(at, start, n - known);
    countDropped(n - wanted);
    n = wanted;
    if (n > 0 && !insertPacket(at, start, n, place, quiet, paced)) {
      countDropped(n);
      n = 0;
    }
  }
  if (n <= 0) return 0;
  if (media + samples >= end) moveEnd(media + samples, quiet);
  noteHeld(arrival);
  return n;
}
