/** The public export list of the core: one instance is one stream. lib/core/core.ts types it. */

export { captureMute, captureOpen, capturePush, captureStat, captureTake } from "./capture";
export { blockDecode, blockEncode } from "./codecs/block";
export { codecReset, codecUnitBytes } from "./codecs/codec";
export { levelPeak, levelReset, levelRms } from "./level";
export { blockBytes, inputPtr, outputPtr } from "./memory";
export { playbackFlush, playbackOpen, playbackPull, playbackPush, playbackStat } from "./playback";
export { toneActive, toneOpen, tonePull, toneSine, toneStart, toneStop } from "./tones";
