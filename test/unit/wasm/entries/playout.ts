// The control law alone, without audio.

import { holdMedia, noteArrival } from "../../../../wasm/playout/intake";
import { openLaw } from "../../../../wasm/playout/law";
import { end, positioned } from "../../../../wasm/playout/playhead";

export { appliedPpm, driftPpm } from "../../../../wasm/playout/drift";
export { impairment } from "../../../../wasm/playout/estimator";
export { reserveMs } from "../../../../wasm/playout/generator";
export {
  delayMs,
  flushLaw,
  heardSamples,
  playoutTick,
  speed,
  tickCut,
  tickPlayed,
} from "../../../../wasm/playout/law";
export { concealed, dropped, flushed, head, levelMs, played, received } from "../../../../wasm/playout/playhead";
export { held, packetCount, packetSamples, packetStart } from "../../../../wasm/playout/queue";
export { floorMs, senderState } from "../../../../wasm/playout/sender";
export { targetMs } from "../../../../wasm/playout/target";
export { end };

const STORE: i32 = 1 << 24;
let capacity: i32 = 0;

export function open(rate: i32, tickMs: i32, rtp: bool, capacityMs: i32): void {
  capacity = capacityMs * (rate / 1000);
  openLaw(rate, tickMs, rtp, STORE);
}

/** `media`: position of a packet; ignored for raw bytes. Returns the samples held of it. */
export function push(arrival: f64, media: f64, samples: i32, quiet: bool): i32 {
  const at = positioned ? media : end;
  noteArrival(arrival, at, samples);
  return holdMedia(arrival, at, samples, <i32>(at % <f64>STORE), quiet, capacity);
}
