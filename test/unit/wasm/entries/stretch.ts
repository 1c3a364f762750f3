// White-box entry: the stretcher.
export * from "../../../../wasm/stretch/index";
export { stretchSpliceAt, stretchSpliceLag, stretchSplices } from "../../../../wasm/stretch/stretcher";

const scratch = memory.data(1 << 17, 16);

/** 128 KiB for the test's samples. */
export function scratchPtr(): usize {
  return scratch;
}
