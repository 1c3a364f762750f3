/**
 * The two areas through which bytes and samples cross the boundary. The host writes to INPUT before a call and reads OUTPUT after it;
 * both belong to the call in progress and keep nothing between calls.
 *
 *   | guard 64 | INPUT 16,384 | guard 64 |      | guard 64 | OUTPUT 16,384 | guard 64 |
 *
 * Every static buffer of the core lies between two guards that nothing writes; tests paint them and look again.
 */
export const GUARD_BYTES: i32 = 64;

export const INPUT_BYTES: i32 = 16384;
export const OUTPUT_BYTES: i32 = 16384;

/** Most f32 samples that fit in INPUT or OUTPUT. */
export const BLOCK_SAMPLES: i32 = 4096;

export const INPUT: usize = memory.data(16384 + 2 * 64, 64) + 64;
export const OUTPUT: usize = memory.data(16384 + 2 * 64, 64) + 64;

export function inputPtr(): usize {
  return INPUT;
}

export function outputPtr(): usize {
  return OUTPUT;
}

/** Bytes in each of the two areas. */
export function blockBytes(): i32 {
  return INPUT_BYTES;
}
