// The samples of what is held: i16 at the codec rate in a ring. Packets (queue.ts) name places in it.

import { RING, RING_BYTES } from "../ring";

const CAPACITY_SECONDS: i32 = 120;

/** Samples in the ring: 120 s. */
export let storeSize: i32 = 0;

let next: i32 = 0;

export function openStore(rate: i32): void {
  storeSize = min(CAPACITY_SECONDS * rate, RING_BYTES / 2);
  next = 0;
}

/** Where the next samples go. An empty store starts over, so that a stream that keeps up touches little memory. */
export function nextPlace(isEmpty: bool): i32 {
  if (isEmpty) next = 0;
  return next;
}

/** Puts `samples` i16 at the next place. */
export function putSamples(source: usize, samples: i32): void {
  const first = min(samples, storeSize - next);
  memory.copy(RING + ((<usize>next) << 1), source, (<usize>first) << 1);
  memory.copy(RING, source + ((<usize>first) << 1), (<usize>(samples - first)) << 1);
  next = (next + samples) % storeSize;
}

/** Copies `samples` from `place` as f32 on the int16 scale. */
export function copySamples(target: usize, place: i32, samples: i32): void {
  let at = place;
  for (let i = 0; i < samples; i++) {
    store<f32>(target + ((<usize>i) << 2), <f32>load<i16>(RING + ((<usize>at) << 1)));
    if (++at == storeSize) at = 0;
  }
}
