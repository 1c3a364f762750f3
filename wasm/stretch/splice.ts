// One splice: the playhead jumps by a lag at which the waveform resembles itself, under an overlap of 8 ms.

import { rampNext, rampStart } from "../conceal/series";
import { clamp, dot, normalise } from "../conceal/span";
import { inputAdvance, inputHead, inputHeld } from "./input";
import { isTonal, TONAL_MS, TONAL_RATE, tonalOpen } from "./tonal";

/** Lags that are tried, coarse at 8 kHz first. */
export const MIN_LAG_MS: f64 = 2.5;
const MAX_LAG_MS: i32 = 15;
const COARSE_RATE: i32 = 8000;
/** Cross-fade and template of the overlap-add. */
export const OVERLAP_MS: i32 = 8;
/** Correlation asked for when nothing is owed, when OWED_MS are owed, and when LATE_MS are: noise resembles itself no better. */
const ACCEPT_EASY: f64 = 0.9;
const ACCEPT_HARD: f64 = 0.6;
const ACCEPT_LATE: f64 = 0.2;
export const OWED_MS: i32 = 30;
const LATE_MS: i32 = 45;
/** Cap of what is owed when played faster (slower: OWED_MS): what unvoiced sounds leave unpaid is made good. */
export const ARREARS_MS: i32 = 60;
/** Correlation per ms of lag: between equals the longer lag, so that there are fewer splices. */
const LONG_BONUS: f64 = 0.004;
/** A span that stays below this (-55 dBFS) may be cut anywhere: nobody hears it. */
const QUIET_PEAK: f32 = 60;
/** No splice this long after a tone was seen: spans the gaps and ragged ends of digits. */
const TONE_HANG_MS: i32 = 60;

/** Signed lag in samples of the latest splice: positive cut out, negative played again. */
export let spliceLag: i32 = 0;

let rate: i32 = 0;
let perMs: i32 = 0;
/** Samples for which splices are still forbidden after a tone. */
let hang: i32 = 0;

export function spliceOpen(sampleRate: i32): void {
  rate = sampleRate;
  perMs = rate / 1000;
  tonalOpen();
  hang = 0;
}

/** n more samples were rendered. */
export function splicePass(n: i32): void {
  hang = max(0, hang - n);
}

/**
 * Tries to pay `debt` samples at the playhead: writes the cross-faded overlap, moves the playhead, leaves the lag in
 * spliceLag and returns the overlap's length; or 0 when the signal does not allow it.
 */
export function spliceTry(out: usize, debt: f64): i32 {
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
  if (!quiet && match < accepted(Math.abs(debt) / perMs)) return 0;
  // Unlike parts: keep the power, not the amplitude.
  const alike = clamp(match);
  rampStart(overlap);
  for (let i: usize = 0; i < <usize>overlap; i++) {
    const w = rampNext();
    const v = 1 - w;
    const y = load<f32>(head + (i << 2)) * v + load<f32>(other + (i << 2)) * w;
    store<f32>(out + (i << 2), <f32>(y / Math.sqrt(w * w + v * v + 2 * alike * w * v)));
  }
  spliceLag = forward ? best : -best;
  inputAdvance(spliceLag + overlap);
  return overlap;
}

/** The correlation asked for when so many ms are owed. */
function accepted(owedMs: f64): f64 {
  if (owedMs <= OWED_MS) return ACCEPT_EASY - ((ACCEPT_EASY - ACCEPT_HARD) * owedMs) / OWED_MS;
  return max(ACCEPT_LATE, ACCEPT_HARD - ((ACCEPT_HARD - ACCEPT_LATE) * (owedMs - OWED_MS)) / (LATE_MS - OWED_MS));
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
