// Time-stretching by overlap-add of similar waveforms, for one stream at the codec rate (8000, 16000, 24000, 48000 Hz).
//
// Speed is kept on average: what is asked for is owed (debt, in samples) and paid in whole splices of 2.5-15 ms, when the
// signal allows. Samples are f32 on the int16 scale; what comes out is rounded and saturated. Buffers are the caller's.

import { rampNext, rampStart } from "../conceal/series";
import { dot, normalise, roundSamples } from "../conceal/span";
import { inputAdvance, inputFeed, inputHead, inputHeld, inputOpen, inputRoom, inputTrim } from "./input";
import { isTonal, TONAL_MS, TONAL_RATE, tonalOpen } from "./tonal";

const MIN_LAG_MS: f64 = 2.5;
const MAX_LAG_MS: i32 = 15;
const COARSE_RATE: i32 = 8000;
/** Cross-fade and template of the overlap-add. */
const OVERLAP_MS: i32 = 8;
/** How often a splice is tried. */
const STEP_MS: i32 = 5;
/** Correlation asked for when nothing is owed, and when OWED_MS are owed. */
const ACCEPT_EASY: f64 = 0.9;
const ACCEPT_HARD: f64 = 0.6;
/** Urgency scale, and cap of what is owed when played slower. */
const OWED_MS: i32 = 30;
/** Cap when played faster: what unvoiced sounds leave unpaid is made good; asked for 1.5, speech then reaches 1.48. */
const ARREARS_MS: i32 = 60;
/** Correlation per ms of lag: between equals the longer lag, so that there are fewer splices. */
const LONG_BONUS: f64 = 0.004;
/** A span that stays below this (-55 dBFS) may be cut anywhere: nobody hears it. */
const QUIET_PEAK: f32 = 60;
/** Slower, and a splice could step back over more than is kept. */
const SLOWEST: f64 = 0.75;
const FASTEST: f64 = 2;
/** No splice this long after a tone was seen: spans the gaps and ragged ends of digits. */
const TONE_HANG_MS: i32 = 60;
const BLOCK_MS: i32 = 10;

/** Rendered and not yet pulled: what a block and one overlap can leave. */
const rendered = memory.data((BLOCK_MS + OVERLAP_MS) * 48 * 4, 16);

let rate: i32 = 0;
let perMs: i32 = 0;
let ready: i32 = 0;
/** Input samples that were asked to be skipped (negative: played twice) and are not yet. */
let debt: f64 = 0;
/** Samples for which splices are still forbidden after a tone. */
let hang: i32 = 0;
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
  tonalOpen();
  stretchReset();
  return 0;
}

/** Forgets everything held and heard. */
export function stretchReset(): void {
  inputOpen(perMs);
  ready = 0;
  debt = 0;
  hang = 0;
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
    let made = owed >= MIN_LAG_MS * perMs ? splice(at) : 0;
    if (!made) {
      made = min(STEP_MS * perMs, inputHeld());
      memory.copy(at, inputHead(), (<usize>made) << 2);
      inputAdvance(made);
    }
    ready += made;
    hang = max(0, hang - made);
  }
  n = min(n, ready);
  memory.copy(out, rendered, (<usize>n) << 2);
  roundSamples(out, n);
  ready -= n;
  pulled += n;
  memory.copy(rendered, rendered + ((<usize>n) << 2), (<usize>ready) << 2);
  return n;
}

/** Tries to pay at the playhead: writes the cross-faded overlap and returns its length, or 0. */
function splice(out: usize): i32 {
  const overlap = OVERLAP_MS * perMs;
  const held = inputHeld();
  const forward = debt > 0;
  const low = <i32>(MIN_LAG_MS * perMs);
  // Little is held: shorter lags only.
  const high = forward ? min(MAX_LAG_MS * perMs, held - overlap - 2) : MAX_LAG_MS * perMs;
  if (high < low || held < overlap + 2) return 0;
  // Before the quiet test: pauses between digits stay.
  if (tonal()) return 0;
  const head = inputHead();
  const direction: isize = forward ? 4 : -4;
  const quiet = isQuiet(forward ? head : head - ((<usize>high) << 2), high + overlap);
  let best = high;
  if (!quiet) {
    const step = max(1, rate / COARSE_RATE);
    best = bestLag(head, direction, low, high, step);
    best = bestLag(head, direction, max(low, best - step + 1), min(high, best + step - 1), 1);
  }
  const other = head + direction * best;
  const match = normalise(dot(head, other, overlap), dot(head, head, overlap), dot(other, other, overlap), overlap);
  const need = ACCEPT_EASY - (ACCEPT_EASY - ACCEPT_HARD) * Math.min(1, Math.abs(debt) / (OWED_MS * perMs));
  if (!quiet && match < need) return 0;
  // Unlike parts: keep the power, not the amplitude.
  const alike = Math.min(1, Math.max(0, match));
  rampStart(overlap);
  for (let i: usize = 0; i < <usize>overlap; i++) {
    const w = rampNext();
    const v = 1 - w;
    const y = load<f32>(head + (i << 2)) * v + load<f32>(other + (i << 2)) * w;
    store<f32>(out + (i << 2), <f32>(y / Math.sqrt(w * w + v * v + 2 * alike * w * v)));
  }
  const lag = forward ? best : -best;
  const entry = splices + ((spliceCount++ % SPLICES) << 4);
  store<f64>(entry, pulled + ready);
  store<f64>(entry, lag, 8);
  inputAdvance(lag + overlap);
  debt -= lag;
  if (forward) removed += best;
  else inserted += best;
  return overlap;
}

/** The lag in low..high, in steps, whose overlap is most like the playhead's, longer ones preferred a little. */
function bestLag(head: usize, direction: isize, low: i32, high: i32, step: i32): i32 {
  const overlap = OVERLAP_MS * perMs;
  const energy = dot(head, head, overlap);
  let best: f64 = -9;
  let found = low;
  let other = head + direction * low;
  let otherEnergy = dot(other, other, overlap);
  for (let candidate = low; candidate <= high; candidate += step) {
    const match = normalise(dot(head, other, overlap), energy, otherEnergy, overlap);
    const score = match + (LONG_BONUS * candidate) / perMs;
    if (score > best) {
      best = score;
      found = candidate;
    }
    const next = other + direction * step;
    const early = direction > 0 ? other : next;
    const late = early + ((<usize>overlap) << 2);
    const change = dot(late, late, step) - dot(early, early, step);
    otherEnergy += direction > 0 ? change : -change;
    other = next;
  }
  return found;
}

function isQuiet(x: usize, n: i32): bool {
  for (const end = x + ((<usize>n) << 2); x < end; x += 4) {
    if (Mathf.abs(load<f32>(x)) >= QUIET_PEAK) return false;
  }
  return true;
}

/** A tone before, around or after the playhead forbids splices for a while. */
function tonal(): bool {
  for (let ahead = 0; ahead <= TONAL_MS; ahead += TONAL_MS / 2) {
    const end = inputHead() + ((<usize>min(ahead * perMs, inputHeld())) << 2);
    if (isTonal(end, rate / TONAL_RATE)) {
      hang = TONE_HANG_MS * perMs;
      break;
    }
  }
  return hang > 0;
}
