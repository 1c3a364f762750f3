/**
 * PCMU: ITU-T G.711 µ-law. The 16-bit sample is taken to the 14 bits of Table 2 by truncation (one's complement below zero, as the
 * ITU-T G.191 software does), biased by 33, and coded as sign, segment and four bits of step, all inverted.
 */

function encodeSample(sample: i32): i32 {
  const magnitude = sample ^ (sample >> 31);
  const biased = min((magnitude >> 2) + 33, 8191);
  const segment = 26 - clz(biased);
  const code = (segment << 4) | ((biased >> (segment + 1)) & 15);
  return (sample < 0 ? 0x7f : 0xff) ^ code;
}

function decodeSample(code: i32): i32 {
  const bits = ~code;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return bits & 0x80 ? -magnitude : magnitude;
}

/** 16-bit samples to one byte each; returns bytes written. */
export function pcmuEncode(source: usize, samples: i32, target: usize): i32 {
  for (let i: usize = 0; i < <usize>samples; i++) {
    store<u8>(target + i, encodeSample(<i32>load<i16>(source + (i << 1))));
  }
  return samples;
}

/** Bytes to 16-bit samples; returns samples written. */
export function pcmuDecode(source: usize, bytes: i32, target: usize): i32 {
  for (let i: usize = 0; i < <usize>bytes; i++) {
    store<i16>(target + (i << 1), <i16>decodeSample(<i32>load<u8>(source + i)));
  }
  return bytes;
}
