export { pcmaDecode, pcmaEncode } from "../../../../wasm/codecs/pcma";
export { pcmuDecode, pcmuEncode } from "../../../../wasm/codecs/pcmu";

const SAMPLES: usize = memory.data(65536 * 2 + 2 * 64, 64) + 64;
const BYTES: usize = memory.data(65536 + 2 * 64, 64) + 64;

export function samplesPtr(): usize {
  return SAMPLES;
}

export function bytesPtr(): usize {
  return BYTES;
}
