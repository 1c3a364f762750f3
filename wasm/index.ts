/** The public export list of the core: one instance is one stream. lib/core/core.ts types it. */

export { agcGain, agcOpen, agcRun } from "./agc";
export { captureMute, captureOpen, capturePush, captureStat, captureTake } from "./capture";
export { blockDecode, blockEncode } from "./codecs/block";
export { codecReset, codecUnitBytes } from "./codecs/codec";
export { dtmfDetectorAt, dtmfDetectorCode, dtmfDetectorDown, dtmfDetectorOpen, dtmfDetectorRun } from "./dtmf-detector";
export { levelPeak, levelReset, levelRms } from "./level";
export { blockBytes, inputPtr, outputPtr } from "./memory";
export {
  mixerInputPtr,
  mixerLevel,
  mixerOpen,
  mixerOutputPtr,
  mixerReset,
  mixerRun,
  mixerSetGain,
} from "./mixer";
export { playbackFlush, playbackOpen, playbackPull, playbackPush, playbackPushRtp, playbackStat } from "./playback";
export { toneActive, toneOpen, tonePull, toneSine, toneStart, toneStop } from "./tones";
export { vadOpen, vadRun } from "./vad";
