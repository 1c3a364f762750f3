// What was played last, oldest first, f32 on the int16 scale: the newest sample ends at `historyEnd()`.

import { roundSamples } from "./span";

/** Longest lag and longest template, with room for the filter memory. */
const HISTORY_MS: i32 = 48;
const history = memory.data(HISTORY_MS * 48 * 4, 16);
let length: i32 = 0;

export function historyOpen(rate: i32): void {
  length = (HISTORY_MS * rate) / 1000;
  memory.fill(history, 0, (<usize>length) << 2);
}

export function historyLength(): i32 {
  return length;
}

export function historyEnd(): usize {
  return history + ((<usize>length) << 2);
}

/** Rounds and saturates n samples in place, as int16 would, and appends them. */
export function historyPush(x: usize, n: i32): void {
  roundSamples(x, n);
  const kept = length - min(n, length);
  memory.copy(history, history + ((<usize>(length - kept)) << 2), (<usize>kept) << 2);
  memory.copy(history + ((<usize>kept) << 2), x + ((<usize>(n - length + kept)) << 2), (<usize>(length - kept)) << 2);
}
