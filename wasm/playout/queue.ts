// Held packets, ordered by media position. No audio here: a packet names the place of its samples in the store.
//
//   PACKETS  SLOTS × 16 bytes, a ring:  start f64 · samples i32 · place << 2 | paced << 1 | quiet i32
//
// Neighbours that play alike are one packet (quiet ones up to 20 ms, for they may be cut one by one), so that two minutes of
// speech need few slots. Sample counts and positions are at the codec rate.

export const SLOTS: i32 = 1024;
const QUIET: i32 = 1;
const PACED: i32 = 2;

/** Samples held. */
export let held: i32 = 0;

let first: i32 = 0;
let count: i32 = 0;
let storeSamples: i32 = 0;
let quietMergeSamples: i32 = 0;
export const PACKETS: usize = memory.data(SLOTS * 16 + 2 * 64, 64) + 64;

/** `storeSize`: samples in the ring store that places refer to; at most 2²⁹. */
export function openQueue(storeSize: i32, frameSamples: i32): void {
  held = first = count = 0;
  storeSamples = storeSize;
  quietMergeSamples = frameSamples;
}

function slot(i: i32): usize {
  return PACKETS + (((first + i) & (SLOTS - 1)) << 4);
}

export function packetCount(): i32 {
  return count;
}

export function packetStart(i: i32): f64 {
  return load<f64>(slot(i));
}

export function packetSamples(i: i32): i32 {
  return load<i32>(slot(i), 8);
}

export function packetPlace(i: i32): i32 {
  return load<i32>(slot(i), 12) >> 2;
}

export function packetIsQuiet(i: i32): bool {
  return (load<i32>(slot(i), 12) & QUIET) != 0;
}

function packetEnd(i: i32): f64 {
  return packetStart(i) + packetSamples(i);
}

function flagsOf(i: i32): i32 {
  return load<i32>(slot(i), 12) & (QUIET | PACED);
}

/** May the quiet packet `i` be cut? Only where it arrived at real-time pace. */
export function packetMayBeCut(i: i32): bool {
  return flagsOf(i) == (QUIET | PACED);
}

/** Where a packet starting at `start` belongs; packets before it start at or before it. */
export function findSlot(start: f64): i32 {
  let i = count;
  while (i > 0 && packetStart(i - 1) > start) i--;
  return i;
}

/** Samples from `start` on that are held already, where `at` is findSlot(start). */
export function overlapBefore(at: i32, start: f64): i32 {
  return at > 0 ? <i32>max(0.0, packetEnd(at - 1) - start) : 0;
}

/** Samples of a packet of `samples` at `start` that fit before the packet held at slot `at`. */
export function roomBefore(at: i32, start: f64, samples: i32): i32 {
  return at < count ? <i32>min(<f64>samples, packetStart(at) - start) : samples;
}

/** Inserts samples that overlap nothing at slot `at`; false when every slot is taken (one stays spare for a cut). */
export function insertPacket(at: i32, start: f64, samples: i32, place: i32, quiet: bool, arrivedPaced: bool): bool {
  const flags = (quiet ? QUIET : 0) | (arrivedPaced ? PACED : 0);
  if (at > 0 && joins(at - 1, start, samples, place, flags)) {
    store<i32>(slot(at - 1), packetSamples(at - 1) + samples, 8);
  } else {
    if (count >= SLOTS - 1) return false;
    openSlot(at, start, samples, (place << 2) | flags);
  }
  held += samples;
  return true;
}

function openSlot(at: i32, start: f64, samples: i32, word: i32): void {
  for (let i = count; i > at; i--) memory.copy(slot(i), slot(i - 1), 16);
  count++;
  const to = slot(at);
  store<f64>(to, start);
  store<i32>(to, samples, 8);
  store<i32>(to, word, 12);
}

function joins(i: i32, start: f64, samples: i32, place: i32, flags: i32): bool {
  const n = packetSamples(i);
  if (packetEnd(i) != start || (packetPlace(i) + n) % storeSamples != place) return false;
  // Whether a loud packet was paced never matters.
  if (!(flags & QUIET)) return !packetIsQuiet(i);
  return flagsOf(i) == flags && (n + samples <= quietMergeSamples || count > SLOTS / 2);
}

/** The pacing run that began at media position `from` has proved itself: its earlier packets count too. */
export function markPaced(from: f64): void {
  for (let i = count - 1; i >= 0 && packetStart(i) >= from; i--)
    store<i32>(slot(i), load<i32>(slot(i), 12) | PACED, 12);
}

/** Removes `samples` from the front of the first packet. */
export function takeFirst(samples: i32): void {
  held -= samples;
  if (samples < packetSamples(0)) {
    trimFront(slot(0), samples);
    return;
  }
  first = (first + 1) & (SLOTS - 1);
  count--;
}

function trimFront(at: usize, samples: i32): void {
  store<f64>(at, load<f64>(at) + samples);
  store<i32>(at, load<i32>(at, 8) - samples, 8);
  store<i32>(at, advanced(load<i32>(at, 12), samples), 12);
}

/** A place word moved on by `samples`. */
function advanced(word: i32, samples: i32): i32 {
  return ((((word >> 2) + samples) % storeSamples) << 2) | (word & 3);
}

/** Removes everything held in [from, to); returns how many samples. */
export function removeRange(from: f64, to: f64): i32 {
  const before = held;
  let i = 0;
  while (i < count) {
    const at = slot(i);
    const start = load<f64>(at);
    const n = load<i32>(at, 8);
    if (start >= to) break;
    const a = <i32>min(<f64>n, max(0.0, from - start));
    const b = <i32>min(<f64>n, to - start);
    if (a >= b) {
      i++;
      continue;
    }
    held -= b - a;
    if (a == 0 && b == n) removeSlot(i);
    else {
      if (b < n && a > 0) openSlot(i + 1, start + b, n - b, advanced(load<i32>(at, 12), b));
      if (a == 0) trimFront(at, b);
      else store<i32>(at, a, 8);
      i++;
    }
  }
  return before - held;
}

function removeSlot(i: i32): void {
  if (i == 0) first = (first + 1) & (SLOTS - 1);
  else for (let j = i; j < count - 1; j++) memory.copy(slot(j), slot(j + 1), 16);
  count--;
}
