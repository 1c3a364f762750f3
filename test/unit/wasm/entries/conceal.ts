// White-box entry: concealment and its parts.

export { concealLag, concealVoicing } from "../../../../wasm/conceal/concealer";
export * from "../../../../wasm/conceal/index";
export { noiseNext, noiseReset } from "../../../../wasm/conceal/noise";

const scratch = memory.data(1 << 18, 16);

/** 256 KiB for the test's samples. */
export function scratchPtr(): usize {
  return scratch;
}
