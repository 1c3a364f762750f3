/** Linear 16-bit samples, little-endian (the order of wasm memory, so both ways are copies). */

export function l16Encode(source: usize, samples: i32, target: usize): i32 {
  memory.copy(target, source, (<usize>samples) << 1);
  return samples << 1;
}

/** Decodes whole samples only: an odd last byte is the caller's to carry. */
export function l16Decode(source: usize, bytes: i32, target: usize): i32 {
  memory.copy(target, source, <usize>(bytes & ~1));
  return bytes >> 1;
}
