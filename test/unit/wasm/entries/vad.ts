export { vadOpen, vadRun } from "../../../../wasm/vad";

const scratch = memory.data(1 << 16, 16);

export function scratchPtr(): usize {
  return scratch;
}
