// The playout engine with its audio.
export { blockBytes, inputPtr, outputPtr } from "../../../../wasm/memory";
export { playbackFlush, playbackOpen, playbackPull, playbackPush, playbackPushRtp, playbackStat } from "../../../../wasm/playback";
