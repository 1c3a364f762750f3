/**
 * PCMA: ITU-T G.711 A-law. The 16-bit sample is taken to the 13 bits of Table 1 by truncation (one's complement below zero, as the
 * ITU-T G.191 software does), coded as sign, segment and four bits of step; even bits are inverted.
 */

function encodeSample(sample: i32): i32 {
  const magnitude = (sample ^ (sample >> 31)) >> 4;
  const segment = max(28 - clz(magnitude), 0);
  const code = magnitude < 32 ? magnitude : (segment << 4) + (magnitude >> (segment - 1)) - 16;
  return (sample < 0 ? 0x55 : 0xd5) ^ code;
}

function decodeSample(code: i32): i32 {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 15) << 4) + 8;
  const magnitude = segment == 0 ? step : (step + 256) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

/** 16-bit samples to one byte each; returns bytes written. */
export function pcmaEncode(source: usize, samples: i32, target: usize): i32 {
  for (let i: usize = 0; i < <usize>samples; i++) {
    store<u8>(target + i, encodeSample(<i32>load<i16>(source + (i << 1))));
  }
  return samples;
}

/** Bytes to 16-bit samples; returns samples written. */
export function pcmaDecode(source: usize, bytes: i32, target: usize): i32 {
  for (let i: usize = 0; i < <usize>bytes; i++) {
    store<i16>(target + (i << 1), <i16>decodeSample(<i32>load<u8>(source + i)));
  }
  return bytes;
}
