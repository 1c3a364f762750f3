// Two blocks of at most 10 ms that are being made, each with room before it for a filter's memory and behind it for the
// rest of a SIMD step: lead f32[24] | samples f32[480] | slack f32[4].

import { MAX_ORDER } from "./lpc";

export const BLOCK_MS: i32 = 10;
const BLOCK_BYTES = (MAX_ORDER + BLOCK_MS * 48 + 4) * 4;

export const voiceBlock: usize = memory.data(BLOCK_BYTES, 16) + MAX_ORDER * 4;
export const noiseBlock: usize = memory.data(BLOCK_BYTES, 16) + MAX_ORDER * 4;
