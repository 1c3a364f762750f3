// Statistics in the sense of W3C webrtc-stats, counted per tick. Samples are at the codec rate.

import { ACCELERATE, CONCEAL, ENDED, EXPAND, SILENT, SLOWED } from "./law";
import { tailQuiet, tickSamples } from "./playhead";
import { held } from "./queue";
import { PREGEN, senderState } from "./sender";
import { targetMs } from "./target";

/** An interruption is this long at least. */
const INTERRUPTION_MS: i32 = 150;
/** Concealment is silent once the extension of the past has faded. */
const FADED_MS: i32 = 120;

/** jitterBufferDelay and jitterBufferTargetDelay, sample-seconds, and jitterBufferEmittedCount. */
export let bufferDelay: f64 = 0.0;
export let bufferTargetDelay: f64 = 0.0;
export let emitted: f64 = 0.0;
export let silentConcealed: f64 = 0.0;
export let concealmentEvents: f64 = 0.0;
/** Live sound that was missing for 150 ms or more. */
export let interruptions: f64 = 0.0;
/** Times the media ran out before the end of an utterance. */
export let underruns: f64 = 0.0;
/** Generated speech that ran dry before its end. */
export let rebufferings: f64 = 0.0;
/** Silence rendered because there was nothing to play. */
export let silent: f64 = 0.0;
/** Samples rendered while accelerating and slowing. */
export let accelerated: f64 = 0.0;
export let slowed: f64 = 0.0;

let tickMs: i32 = 5;
/** Milliseconds concealed without a break. */
let run: i32 = 0;
let before: i32 = SILENT;

export function openTally(msPerTick: i32): void {
  tickMs = msPerTick;
  bufferDelay = bufferTargetDelay = emitted = silentConcealed = concealmentEvents = 0.0;
  underruns = interruptions = rebufferings = silent = accelerated = slowed = 0.0;
  run = 0;
  before = SILENT;
}

/** One tick that did `operation` and played `played` samples of media. */
export function tallyTick(operation: i32, played: i32): void {
  if (operation == EXPAND && before != EXPAND) underruns += 1.0;
  before = operation;
  // What is held stays for a tick: summed over time that is the time all samples spend in the buffer.
  bufferDelay += <f64>(held * tickMs) * 0.001;
  bufferTargetDelay += <f64>played * targetMs * 0.001;
  emitted += played;
  if (operation == SILENT) silent += tickSamples;
  else if (operation == ACCELERATE) accelerated += tickSamples;
  else if (operation == SLOWED) slowed += tickSamples;
  else if (operation == ENDED && senderState == PREGEN && !tailQuiet) {
    rebufferings += 1.0;
    underruns += 1.0;
  }
  if (operation != CONCEAL && operation != EXPAND) {
    run = 0;
    return;
  }
  if (run == 0) concealmentEvents += 1.0;
  if (run < INTERRUPTION_MS && run + tickMs >= INTERRUPTION_MS) interruptions += 1.0;
  run += tickMs;
  if (run > FADED_MS) silentConcealed += max(0, tickSamples - played);
}
