// The playout engine with its audio, and where its buffers lie.
import { INPUT, INPUT_BYTES, OUTPUT, OUTPUT_BYTES } from "../../../../wasm/memory";
import { PIECE, UNITS } from "../../../../wasm/playout/downlink";
import { KEPT, POINTS, RESIDUALS, SORTED } from "../../../../wasm/playout/drift";
import { HISTOGRAM, STALLS } from "../../../../wasm/playout/estimator";
import { PACKETS, SLOTS } from "../../../../wasm/playout/queue";
import { MINIMA } from "../../../../wasm/playout/sender";
import { WAITING } from "../../../../wasm/playout/target";
import { CHUNK, COPY, FADING } from "../../../../wasm/playout/voice";
import { RING, RING_BYTES } from "../../../../wasm/ring";

export { blockBytes, inputPtr, outputPtr } from "../../../../wasm/memory";
export {
  playbackFlush,
  playbackOpen,
  playbackPull,
  playbackPush,
  playbackPushRtp,
  playbackStat,
} from "../../../../wasm/playback";
export { packetCount, packetSamples, packetStart } from "../../../../wasm/playout/queue";

/** Address and bytes of buffer `i`; 0 after the last. */
export function bufferStart(i: i32): usize {
  const starts: StaticArray<usize> = [
    INPUT,
    OUTPUT,
    PIECE,
    UNITS,
    POINTS,
    KEPT,
    RESIDUALS,
    SORTED,
    HISTOGRAM,
    STALLS,
    PACKETS,
    MINIMA,
    WAITING,
    CHUNK,
    COPY,
    FADING,
    RING,
  ];
  return i < starts.length ? starts[i] : 0;
}

export function bufferBytes(i: i32): i32 {
  const sizes: StaticArray<i32> = [
    INPUT_BYTES,
    OUTPUT_BYTES,
    1920,
    1920,
    1920,
    1920,
    960,
    960,
    640,
    32,
    SLOTS * 16,
    96,
    32,
    4096,
    4096,
    960,
    RING_BYTES,
  ];
  return sizes[i];
}
