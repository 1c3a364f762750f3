import { g722Decode, g722Encode, g722ResetDecoder, g722ResetEncoder } from "./g722";
import { l16Decode, l16Encode } from "./l16";
import { pcmaDecode, pcmaEncode } from "./pcma";
import { pcmuDecode, pcmuEncode } from "./pcmu";

/** Codec numbers as they cross the boundary; the order of `CodecName` in lib/core. */
export const CODEC_L16: i32 = 0;
export const CODEC_PCMU: i32 = 1;
export const CODEC_PCMA: i32 = 2;
export const CODEC_G722: i32 = 3;

/** Bytes of the smallest part that decodes by itself, or −1 for a codec or an audio rate that is not supported. */
export function codecUnitBytes(codec: i32, rate: i32): i32 {
  if (codec == CODEC_L16) return rate == 8000 || rate == 16000 || rate == 24000 || rate == 48000 ? 2 : -1;
  if (codec == CODEC_PCMU || codec == CODEC_PCMA) return rate == 8000 ? 1 : -1;
  if (codec == CODEC_G722) return rate == 16000 ? 1 : -1;
  return -1;
}

/** Samples in one such part: G.722 carries two in a byte. */
export function codecUnitSamples(codec: i32): i32 {
  return codec == CODEC_G722 ? 2 : 1;
}

/** Forgets what the encoder and the decoder remember of earlier samples. */
export function codecReset(codec: i32): void {
  if (codec != CODEC_G722) return;
  g722ResetEncoder();
  g722ResetDecoder();
}

/** 16-bit samples (an even number for G.722) to bytes; returns bytes written. */
export function codecEncode(codec: i32, source: usize, samples: i32, target: usize): i32 {
  if (codec == CODEC_PCMU) return pcmuEncode(source, samples, target);
  if (codec == CODEC_PCMA) return pcmaEncode(source, samples, target);
  if (codec == CODEC_G722) return g722Encode(source, samples, target);
  return l16Encode(source, samples, target);
}

/** Bytes (whole units) to 16-bit samples; returns samples written. */
export function codecDecode(codec: i32, source: usize, bytes: i32, target: usize): i32 {
  if (codec == CODEC_PCMU) return pcmuDecode(source, bytes, target);
  if (codec == CODEC_PCMA) return pcmaDecode(source, bytes, target);
  if (codec == CODEC_G722) return g722Decode(source, bytes, target);
  return l16Decode(source, bytes, target);
}
