/** The public export list of the core, what a call needs in its worklets: one instance is one stream. lib/core/core.ts types it. */

export { captureMute, captureOpen, capturePush, captureStat, captureTake } from "./capture";
export { codecUnitBytes } from "./codecs/codec";
export { levelPeak, levelReset, levelRms } from "./level";
export { blockBytes, inputPtr, outputPtr } from "./memory";
export { playbackFlush, playbackOpen, playbackPull, playbackPush, playbackPushRtp, playbackStat } from "./playback";
