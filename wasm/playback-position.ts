/**
 * Where the held bytes lie in the received stream. Bytes that were refused leave a gap between two held neighbours; the gaps are kept so
 * that a flush up to a stream position removes exactly what came before it. Positions and lengths are bytes since the stream was opened.
 *
 *   GAPS  GAP_SLOTS × { f64 accepted bytes before the gap, f64 length }, a circular queue, oldest first
 */

/** Held audio between two gaps is at least 1 s (playback.ts accepts again only then) and at most 120 s in all. */
const GAP_SLOTS: i32 = 128;
export const GAPS: usize = memory.data(128 * 16 + 2 * 64, 64) + 64;

let oldest: i32 = 0;
let gaps: i32 = 0;
/** Accepted bytes so far, and how many of them have left at the front. */
let accepted: f64 = 0;
let removed: f64 = 0;
/** Stream position of the first held byte (of the next one to arrive when nothing is held). */
let front: f64 = 0;

function slot(index: i32): usize {
  return GAPS + ((<usize>((oldest + index) & (GAP_SLOTS - 1))) << 4);
}

export function positionOpen(): void {
  oldest = 0;
  gaps = 0;
  accepted = 0;
  removed = 0;
  front = 0;
}

export function positionFront(): f64 {
  return front;
}

/** `bytes` were appended. */
export function positionAccept(bytes: i32): void {
  accepted += <f64>bytes;
}

/** `bytes` of the stream came and were not appended. */
export function positionSkip(bytes: i32): void {
  if (bytes == 0) return;
  if (accepted == removed) {
    front += <f64>bytes;
    return;
  }
  if (gaps > 0 && load<f64>(slot(gaps - 1)) == accepted) {
    const last = slot(gaps - 1);
    store<f64>(last, load<f64>(last, 8) + <f64>bytes, 8);
    return;
  }
  const next = slot(gaps++);
  store<f64>(next, accepted);
  store<f64>(next, <f64>bytes, 8);
}

/** `bytes` left at the front. */
export function positionRemove(bytes: i32): void {
  removed += <f64>bytes;
  front += <f64>bytes;
  while (gaps > 0 && load<f64>(slot(0)) <= removed) {
    front += load<f64>(slot(0), 8);
    oldest = (oldest + 1) & (GAP_SLOTS - 1);
    gaps--;
  }
}

/** How many held bytes lie before the stream position. */
export function positionHeldBefore(position: f64): f64 {
  let at = front;
  let from = removed;
  for (let i = 0; i < gaps; i++) {
    const edge = load<f64>(slot(i));
    const run = edge - from;
    if (position <= at + run) break;
    at += run + load<f64>(slot(i), 8);
    from = edge;
  }
  const count = from - removed + max<f64>(position - at, 0);
  return min<f64>(max<f64>(count, 0), accepted - removed);
}
