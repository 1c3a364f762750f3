// The samples that the stretcher works on, f32 on the int16 scale, oldest first:
//   played (60 ms) | playhead → held (up to 120 ms) | slack of a SIMD step
// Splices may step back over played samples; the tone test looks at them too.

import { roundSamples } from "../conceal/span";

const PLAYED_MS: i32 = 60;
const HELD_MS: i32 = 120;
const samples = memory.data(((PLAYED_MS + HELD_MS) * 48 + 4) * 4, 16);

let played: i32 = 0;
let capacity: i32 = 0;
/** Index of the playhead, and of the end of what is held. */
let head: i32 = 0;
let tail: i32 = 0;

export function inputOpen(perMs: i32): void {
  played = PLAYED_MS * perMs;
  capacity = (PLAYED_MS + HELD_MS) * perMs;
  head = played;
  tail = played;
  memory.fill(samples, 0, (<usize>played) << 2);
}

/** Address of the playhead. */
export function inputHead(): usize {
  return samples + ((<usize>head) << 2);
}

/** Samples from the playhead on. */
export function inputHeld(): i32 {
  return tail - head;
}

/** Samples that can be fed now: none while a splice has stepped back behind a full buffer. */
export function inputRoom(): i32 {
  return max(0, capacity - played - (tail - head));
}

/** Takes n samples, at most inputRoom(). */
export function inputFeed(x: usize, n: i32): void {
  if (tail + n > capacity) {
    // There is room, so the playhead has moved on and older samples can go.
    const kept = head - played;
    memory.copy(samples, samples + ((<usize>kept) << 2), (<usize>(tail - kept)) << 2);
    head -= kept;
    tail -= kept;
  }
  const added = samples + ((<usize>tail) << 2);
  memory.copy(added, x, (<usize>n) << 2);
  roundSamples(added, n);
  tail += n;
}

/** Moves the playhead, also backwards (a splice that plays something again). */
export function inputAdvance(n: i32): void {
  head += n;
}

/** Gives up the newest samples so that at most n are held; returns how many went. */
export function inputTrim(n: i32): i32 {
  const gone = max(0, tail - head - max(0, n));
  tail -= gone;
  return gone;
}
