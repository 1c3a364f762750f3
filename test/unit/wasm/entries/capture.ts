export {
  CAPTURE_BYTES,
  CAPTURE_FRAME,
  CAPTURE_SAMPLES,
  captureMute,
  captureOpen,
  capturePush,
  captureStat,
  captureTake,
} from "../../../../wasm/capture";
export { levelFeed, levelPeak, levelReset, levelRms } from "../../../../wasm/level";
export { inputPtr, outputPtr } from "../../../../wasm/memory";
export { RESAMPLER_HISTORY, RESAMPLER_TABLE } from "../../../../wasm/resampler";
export { RING, RING_BYTES } from "../../../../wasm/ring";
