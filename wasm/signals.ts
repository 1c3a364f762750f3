/** The public export list of the signal tools, a wasm file of its own: one instance has one of each. lib/core/signals.ts types it. */

export { agcGain, agcOpen, agcRun } from "./agc";
export { blockDecode, blockEncode } from "./codecs/block";
export { codecReset, codecUnitBytes } from "./codecs/codec";
export { dtmfDetectorAt, dtmfDetectorCode, dtmfDetectorDown, dtmfDetectorOpen, dtmfDetectorRun } from "./dtmf-detector";
export { blockBytes, inputPtr, outputPtr } from "./memory";
export {
  mixerInputPtr,
  mixerLevel,
  mixerOpen,
  mixerOutputPtr,
  mixerReset,
  mixerRun,
  mixerSetGain,
  mixerSetHears,
} from "./mixer";
export { toneActive, toneOpen, tonePull, toneSine, toneStart, toneStop } from "./tones";
export { vadOpen, vadRun } from "./vad";
