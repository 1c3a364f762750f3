export { g722Decode, g722Encode, g722Reset, g722ResetDecoder, g722ResetEncoder } from "../../../../wasm/codecs/g722";

const scratch = memory.data(1 << 20, 16);

export function scratchPtr(): usize {
  return scratch;
}
