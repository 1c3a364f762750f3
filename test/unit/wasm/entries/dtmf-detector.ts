export * from "../../../../wasm/dtmf-detector";

const scratch = memory.data(1 << 16, 16);

export function scratchPtr(): usize {
  return scratch;
}
