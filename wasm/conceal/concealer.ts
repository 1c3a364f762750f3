// Packet-loss concealment for one stream, at the codec rate (8000, 16000, 24000 or 48000 Hz).
//
// Everything that is played passes through here, in order: received packets by concealGood, missing ones by concealLost
// or concealFill. Samples are f32 on the int16 scale (±32768); what comes out is rounded and saturated. Buffers are the
// caller's; nothing is allocated. Ends of utterances are the caller's too: they are faded, not concealed.

import { BLOCK_MS, noiseBlock, voiceBlock } from "./block";
import { comfortExtend, comfortObserve, comfortReset } from "./comfort";
import { FUTURE_MIN_MS, fillLeft, fillOpen, fillReset, fillStep, fillTake, GAP_MAX_MS } from "./fill";
import { historyEnd, historyLength, historyOpen, historyPush } from "./history";
import { noiseReset } from "./noise";
import { exp, rampNext, rampStart } from "./series";
import { LOST_FADE_MS, LOST_HOLD_MS, PAST, SLOPE_FOR_MS, sideExtend, sideOpen } from "./side";
import { clamp, roundSamples } from "./span";

/** Whole cycles of at least this are repeated (several short ones). */
const REPEAT_MS: i32 = 7;
/** Cross-fade into the returning packet; longer overwrites good samples. */
const MERGE_MS: f64 = 2.5;
/** Packets are shown to the comfort noise in parts of at most this. */
const PACKET_MS: i32 = 20;

let rate: i32 = 0;
let perMs: i32 = 0;
/** Samples concealed from the past alone since the last received or filled one. */
let run: i32 = 0;

/** Starts a stream; 0, or -1 when the rate is not supported. */
export function concealOpen(sampleRate: i32): i32 {
  if (sampleRate != 8000 && sampleRate != 16000 && sampleRate != 24000 && sampleRate != 48000) return -1;
  rate = sampleRate;
  perMs = sampleRate / 1000;
  concealReset();
  return 0;
}

/** Forgets everything heard so far. */
export function concealReset(): void {
  run = 0;
  historyOpen(rate);
  noiseReset();
  comfortReset();
  fillReset();
}

/** An utterance ended in silence: what follows is a new beginning, not merged with what was concealed. */
export function concealEnd(): void {
  run = 0;
  historyOpen(rate);
  fillReset();
}

/** Passes n received samples, in place: after a one-sided loss the first 2.5 ms are cross-faded with its continuation. */
export function concealGood(x: usize, n: i32): void {
  roundSamples(x, n);
  const part = PACKET_MS * perMs;
  for (let at = 0; at < n; at += part) comfortObserve(x + ((<usize>at) << 2), min(part, n - at), rate);
  if (run) {
    const merged = min(n, <i32>(MERGE_MS * perMs));
    extend(merged);
    rampStart(merged);
    for (let i: usize = 0; i < <usize>merged; i++) {
      const w = rampNext();
      const at = x + (i << 2);
      store<f32>(at, <f32>(load<f32>(at) * w + load<f32>(voiceBlock + (i << 2)) * (1 - w)));
    }
  }
  run = 0;
  fillReset();
  historyPush(x, n);
}

/** Writes n samples in place of missing ones, from the past alone: held 20 ms, gone at 120 ms, then comfort noise. */
export function concealLost(out: usize, n: i32): void {
  if (!run) sideOpen(PAST, historyEnd() - ((<usize>historyLength()) << 2), historyLength(), rate, REPEAT_MS);
  while (n > 0) {
    const part = min(n, BLOCK_MS * perMs);
    extend(part);
    memory.copy(out, voiceBlock, (<usize>part) << 2);
    historyPush(out, part);
    out += (<usize>part) << 2;
    n -= part;
  }
}

/**
 * Writes the last n missing samples before the nextLength received ones at next (20 ms of them are looked at); these
 * then go through concealGood, which leaves them as they are. Also in the middle of a one-sided loss. Returns 1, or 0
 * when fewer than 10 ms of the future were given and the gap was concealed from the past alone.
 */
export function concealFill(out: usize, n: i32, next: usize, nextLength: i32): i32 {
  const head = n - GAP_MAX_MS * perMs;
  if (head > 0) {
    concealLost(out, head);
    out += (<usize>head) << 2;
    n -= head;
  }
  if (!concealFillBegin(n, next, nextLength)) {
    concealLost(out, n);
    return 0;
  }
  concealFillTake(out, n);
  return 1;
}

/**
 * The same spread over time: opens a gap of n samples, which concealFillTake then writes in parts; next is copied.
 * Returns 1, or 0 (conceal from the past alone) when the gap is longer than 160 ms or the future shorter than 10 ms.
 * Nothing else may pass through here between the last sample before the gap and the gap's last.
 */
export function concealFillBegin(n: i32, next: usize, nextLength: i32): i32 {
  if (n <= 0 || n > GAP_MAX_MS * perMs || nextLength < FUTURE_MIN_MS * perMs) return 0;
  fillOpen(n, next, nextLength, run, rate);
  run = 0;
  return 1;
}

/**
 * Does a third of the work that the open gap needs before its first sample, and returns how many thirds are left: called
 * once a tick ahead of time it levels the load. Otherwise concealFillTake does the rest.
 */
export function concealFillStep(): i32 {
  return fillStep();
}

/** Writes the next n samples of the open gap, or as many as are left; returns how many. */
export function concealFillTake(out: usize, n: i32): i32 {
  n = min(n, fillLeft());
  for (let at = 0; at < n; at += BLOCK_MS * perMs) fillTake(out + ((<usize>at) << 2), min(BLOCK_MS * perMs, n - at));
  return n;
}

/** Lag in samples and voicing (0-1) of the past at the start of the latest loss. */
export function concealLag(): i32 {
  return PAST.lag;
}

export function concealVoicing(): f64 {
  return PAST.voicing;
}

/** Makes n samples (at most 10 ms) at voiceBlock: the faded extension of the past, and comfort noise under it. */
function extend(n: i32): void {
  const msPerSample = 1.0 / perMs;
  const begin = run * msPerSample;
  if (begin < LOST_FADE_MS) sideExtend(PAST, voiceBlock, n);
  else memory.fill(voiceBlock, 0, (<usize>n) << 2);
  const noise = lostRamp((run + n - 1) * msPerSample) < 1 && comfortExtend(noiseBlock, n);
  const step = exp(PAST.slope * msPerSample);
  let decay = exp(PAST.slope * Math.min(begin, SLOPE_FOR_MS));
  for (let i = 0; i < n; i++) {
    const at = (<usize>i) << 2;
    const ramp = lostRamp((run + i) * msPerSample);
    let y = load<f32>(voiceBlock + at) * ramp * decay;
    if (run + i < SLOPE_FOR_MS * perMs) decay *= step;
    if (noise) y += load<f32>(noiseBlock + at) * Math.sqrt(1 - ramp * ramp);
    store<f32>(voiceBlock + at, <f32>y);
  }
  run = min(run + n, 1 << 29);
}

/** Gain so many milliseconds into a loss. */
function lostRamp(ms: f64): f64 {
  return clamp((LOST_FADE_MS - ms) * (1 / (LOST_FADE_MS - LOST_HOLD_MS)));
}
