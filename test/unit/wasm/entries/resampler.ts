export {
  RESAMPLER_HISTORY,
  RESAMPLER_TABLE,
  resamplerNeed,
  resamplerOpen,
  resamplerPull,
  resamplerPush,
  resamplerReset,
  resamplerSetPpm,
} from "../../../../wasm/resampler";

const INPUT: usize = memory.data(1 << 20, 16);
const OUTPUT: usize = memory.data(1 << 20, 16);

export function input(): usize {
  return INPUT;
}

export function output(): usize {
  return OUTPUT;
}
