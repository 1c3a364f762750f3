/**
 * Byte ring: one producer, one consumer, both on the thread that owns the instance. The capacity is chosen when it is opened, so that a
 * narrow codec does not walk through (and make resident) the memory of a wide one; it starts over at the first byte whenever it is empty.
 * Capture keeps its frames in it; an instance that plays keeps its samples in the same memory (playout/store.ts) and does not open it.
 *
 *   | guard 64 | 0 … capacity − 1 … RING_BYTES − 1 | guard 64 |
 *                  ^read   ^write = (read + held) mod capacity
 */

/** 120 s of the widest format, L16 at 48 kHz. */
export const RING_BYTES: i32 = 11_520_000;

export const RING: usize = memory.data(11_520_000 + 2 * 64, 64) + 64;

let capacityBytes: i32 = 0;
let read: i32 = 0;
let held: i32 = 0;

/** Empties the ring and sets its capacity, at most RING_BYTES. */
export function ringOpen(capacity: i32): void {
  capacityBytes = min(max(capacity, 0), RING_BYTES);
  read = 0;
  held = 0;
}

export function ringHeld(): i32 {
  return held;
}

export function ringRoom(): i32 {
  return capacityBytes - held;
}

/** Appends as much of `bytes` as there is room for; returns how much. */
export function ringWrite(source: usize, bytes: i32): i32 {
  const count = min(bytes, capacityBytes - held);
  if (count <= 0) return 0;
  let write = read + held;
  if (write >= capacityBytes) write -= capacityBytes;
  const first = min(count, capacityBytes - write);
  memory.copy(RING + <usize>write, source, <usize>first);
  memory.copy(RING, source + <usize>first, <usize>(count - first));
  held += count;
  return count;
}

/** Removes up to `bytes` from the front into `target`; returns how many. */
export function ringRead(target: usize, bytes: i32): i32 {
  const count = min(bytes, held);
  if (count <= 0) return 0;
  const first = min(count, capacityBytes - read);
  memory.copy(target, RING + <usize>read, <usize>first);
  memory.copy(target + <usize>first, RING, <usize>(count - first));
  return ringDiscard(count);
}

/** Forgets up to `bytes` at the front; returns how many. */
export function ringDiscard(bytes: i32): i32 {
  const count = min(bytes, held);
  if (count <= 0) return 0;
  held -= count;
  read += count;
  if (read >= capacityBytes) read -= capacityBytes;
  if (held == 0) read = 0;
  return count;
}
