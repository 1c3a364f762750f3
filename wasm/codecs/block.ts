import { INPUT, INPUT_BYTES, OUTPUT, OUTPUT_BYTES } from "../memory";
import { codecDecode, codecEncode, codecUnitBytes, codecUnitSamples } from "./codec";

/** A codec alone, for the host: one block from INPUT to OUTPUT. Both return the bytes written, or −1 for what does not fit or exist. */

/** `samples` 16-bit samples at INPUT, encoded to OUTPUT. */
export function blockEncode(codec: i32, rate: i32, samples: i32): i32 {
  if (codecUnitBytes(codec, rate) < 0 || samples < 0 || samples > INPUT_BYTES / 2) return -1;
  return codecEncode(codec, INPUT, samples - (samples % codecUnitSamples(codec)), OUTPUT);
}

/** `bytes` encoded bytes at INPUT, decoded to 16-bit samples at OUTPUT. */
export function blockDecode(codec: i32, rate: i32, bytes: i32): i32 {
  const unit = codecUnitBytes(codec, rate);
  if (unit < 0 || bytes < 0 || bytes > INPUT_BYTES) return -1;
  if ((bytes / unit) * codecUnitSamples(codec) * 2 > OUTPUT_BYTES) return -1;
  return codecDecode(codec, INPUT, bytes - (bytes % unit), OUTPUT) << 1;
}
