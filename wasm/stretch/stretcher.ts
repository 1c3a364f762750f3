// Time-stretching by overlap-add of similar waveforms, for one stream at the codec rate (8000, 16000, 24000, 48000 Hz).
//
// Speed is kept on average: what is asked for is owed (debt, in samples) and paid in whole splices of 2.5-15 ms, when the
// signal allows. Samples are f32 on the int16 scale; what comes out is rounded and saturated. Buffers are the caller's.

import { roundSamples } from "../conceal/span";
import { inputAdvance, inputFeed, inputHead, inputHeld, inputOpen, inputRoom, inputTrim } from "./input";
import { ARREARS_MS, MIN_LAG_MS, OVERLAP_MS, OWED_MS, spliceLag, spliceOpen, splicePass, spliceTry } from "./splice";

/** How often a splice is tried. */
const STEP_MS: i32 = 5;
/** Slower, and a splice could step back over more than is kept. */
const SLOWEST: f64 = 0.75;
const FASTEST: f64 = 2;
const BLOCK_MS: i32 = 10;

/** Rendered and not yet pulled: what a block and one overlap can leave. */
const rendered = memory.data((BLOCK_MS + OVERLAP_MS) * 48 * 4, 16);

let rate: i32 = 0;
let perMs: i32 = 0;
/** Samples at `rendered`. */
let ready: i32 = 0;
/** Input samples that were asked to be skipped (negative: played twice) and are not yet. */
let debt: f64 = 0;
let removed: f64 = 0;
let inserted: f64 = 0;
/** Samples pulled so far. */
let pulled: f64 = 0;
/** The four latest splices: position (samples pulled before it) and signed lag, as f64 pairs. */
const SPLICES = 4;
const splices = memory.data(SPLICES * 16, 16);
let spliceCount: i32 = 0;

/** Starts a stream; 0, or -1 when the rate is not supported. */
export function stretchOpen(sampleRate: i32): i32 {
  if (sampleRate != 8000 && sampleRate != 16000 && sampleRate != 24000 && sampleRate != 48000) return -1;
  rate = sampleRate;
  perMs = sampleRate / 1000;
  stretchReset();
  return 0;
}

/** Forgets everything held and heard. */
export function stretchReset(): void {
  inputOpen(perMs);
  ready = 0;
  debt = 0;
  spliceOpen(rate);
  removed = 0;
  inserted = 0;
  pulled = 0;
  spliceCount = 0;
}

/** Takes as many of the n samples as there is room for (120 ms are held at most); returns how many. */
export function stretchFeed(x: usize, n: i32): i32 {
  n = min(n, inputRoom());
  inputFeed(x, n);
  return n;
}

/** Samples fed and not yet rendered. */
export function stretchHeld(): i32 {
  return inputHeld();
}

/** Samples rendered (at most 8 ms) and not yet pulled. */
export function stretchReady(): i32 {
  return ready;
}

export function stretchRoom(): i32 {
  return inputRoom();
}

/** Input samples still to be skipped (negative: to be played again) to keep the speed that was asked for. */
export function stretchDebt(): f64 {
  return debt;
}

/** Samples cut out, and played twice, since the stream was opened. */
export function stretchRemoved(): f64 {
  return removed;
}

export function stretchInserted(): f64 {
  return inserted;
}

export function stretchSplices(): i32 {
  return spliceCount;
}

/** Output position in samples of splice `index`, one of the four latest. */
export function stretchSpliceAt(index: i32): f64 {
  return load<f64>(splices + ((index % SPLICES) << 4));
}

/** Its lag in samples: positive cut out, negative played again. */
export function stretchSpliceLag(index: i32): f64 {
  return load<f64>(splices + ((index % SPLICES) << 4), 8);
}

/** Gives up the newest samples so that at most n are held; returns how many went. What is rendered stays. */
export function stretchTrim(n: i32): i32 {
  return inputTrim(n);
}

/**
 * Writes the next n samples, played at `speed` (clamped to 0.75-2; 1 forgets what is owed), or as many as there are;
 * returns how many.
 */
export function stretchPull(out: usize, n: i32, speed: f64): i32 {
  speed = speed == speed ? Math.min(FASTEST, Math.max(SLOWEST, speed)) : 1;
  let written = 0;
  while (written < n) {
    const part = min(n - written, BLOCK_MS * perMs);
    const got = pullBlock(out + ((<usize>written) << 2), part, speed);
    written += got;
    if (got < part) break;
  }
  return written;
}

function pullBlock(out: usize, n: i32, speed: f64): i32 {
  debt = speed == 1 ? 0 : Math.min(ARREARS_MS * perMs, Math.max(-OWED_MS * perMs, debt + (speed - 1) * n));
  while (ready < n && inputHeld() > 0) {
    const at = rendered + ((<usize>ready) << 2);
    const owed = speed > 1 ? debt : speed < 1 ? -debt : 0;
    let made = owed >= MIN_LAG_MS * perMs ? spliceTry(at, debt) : 0;
    if (made) pay();
    else {
      made = min(STEP_MS * perMs, inputHeld());
      memory.copy(at, inputHead(), (<usize>made) << 2);
      inputAdvance(made);
    }
    ready += made;
    splicePass(made);
  }
  n = min(n, ready);
  memory.copy(out, rendered, (<usize>n) << 2);
  roundSamples(out, n);
  ready -= n;
  pulled += n;
  memory.copy(rendered, rendered + ((<usize>n) << 2), (<usize>ready) << 2);
  return n;
}

/** Books the splice that was just made. */
function pay(): void {
  const entry = splices + ((spliceCount++ % SPLICES) << 4);
  store<f64>(entry, pulled + ready);
  store<f64>(entry, spliceLag, 8);
  debt -= spliceLag;
  if (spliceLag > 0) removed += spliceLag;
  else inserted -= spliceLag;
}
