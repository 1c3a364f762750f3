// A gap whose next packet is already held: the past is extended forwards, the future backwards; both are warped a
// little so that they meet in phase, and cross-faded. The next packet itself is not touched.
//
//   past   f32: lead (80) | gap (160 ms) + warp + overlap with the future (15 ms) + slack, at 48 kHz
//   future f32: lead (80) | gap (160 ms) + warp + slack; reversed: its first sample is the gap's last

import { noiseBlock, voiceBlock } from "./block";
import { comfortExtend } from "./comfort";
import { historyEnd, historyLength, historyPush } from "./history";
import { exp, log } from "./series";
import { FUTURE, LOST_FADE_MS, LOST_HOLD_MS, PAST, SLOPE_FOR_MS, sideExtend, sideOpen } from "./side";
import { clamp, dot, multiply, normalise, rms, roundSamples } from "./span";
import { warpRead } from "./warp";

/** Longest gap filled from two sides. */
export const GAP_MAX_MS: i32 = 160;
/** Future samples used (one packet), and the fewest that say enough. */
const FUTURE_MS: i32 = 20;
export const FUTURE_MIN_MS: i32 = 10;
/** Each side may be held longer than in a one-sided loss, as the other takes over. */
const HOLD_MS: f64 = 30;
const FADE_MS: f64 = 160;
const FADE_SHARE: f64 = 1 / (FADE_MS - HOLD_MS);
/** Share of a fall of the level that is continued when the other side is known. */
const SLOPE_SHARE: f64 = 0.6;
/** How far a side may be stretched over the gap to meet the other in phase, and the grid of that search. */
const WARP_MS: f64 = 1.6;
const WARP_STEP_MS: f64 = 0.2;
/** Correlation given up per millisecond of warp: warps only where it pays. */
const WARP_COST: f64 = 0.08;
/** Both sides must match themselves this well before they are warped. */
const WARP_MATCH: f64 = 0.5;
/** The phases of the two sides are compared at this many instants per second. */
const WARP_RATE: i32 = 4000;
/** The past is compared with at least this much of the future, at most one lag. */
const MEET_MS: i32 = 5;
/** Window of the levels at the two edges, and what is added to them. */
const EDGE_MS: i32 = 10;
const EDGE_FLOOR: f64 = 3;

const LEAD = 80;
const SLACK = 6;
const WARP_MAX = 77;
const past = memory.data((LEAD + GAP_MAX_MS * 48 + WARP_MAX + 15 * 48 + SLACK) * 4, 16);
const future = memory.data((LEAD + GAP_MAX_MS * 48 + WARP_MAX + SLACK) * 4, 16);
/** The future as it comes, and reversed. */
const upcoming = memory.data(FUTURE_MS * 48 * 4, 16);
const reversed = memory.data(FUTURE_MS * 48 * 4, 16);
/** Instants at which the sides are compared: weights, the warped past, and the future, which also serves a block. */
const INSTANTS = (GAP_MAX_MS * WARP_RATE) / 1000;
const weights = memory.data(INSTANTS * 4, 16);
const instants = memory.data(INSTANTS * 4, 16);
const futurePart = memory.data(INSTANTS * 4, 16);

/** Parts in which a gap is prepared. */
const STEPS = 3;

let rate: i32 = 0;
let perMs: i32 = 0;
/** Samples missing, written, of the future known, and already concealed from the past alone. */
let gap: i32 = 0;
let done: i32 = 0;
let known: i32 = 0;
let resumedAt: i32 = 0;
/** Parts of the preparation that are left. */
let steps: i32 = 0;
/** Largest warp tried, and samples of the future compared with the past. */
let reach: i32 = 0;
let meet: i32 = 0;
/** Samples by which each side is stretched over the gap. */
let pastWarp: i32 = 0;
let futureWarp: i32 = 0;
/** Levels at the two edges. */
let edgePast: f64 = 0;
let edgeFuture: f64 = 0;

/**
 * Opens a gap of n missing samples (1 to GAP_MAX_MS) before the nextLength (at least FUTURE_MIN_MS) samples at next,
 * which are copied, after `concealed` samples concealed from the past alone.
 */
export function fillOpen(n: i32, next: usize, nextLength: i32, concealed: i32, sampleRate: i32): void {
  rate = sampleRate;
  perMs = rate / 1000;
  gap = n;
  done = 0;
  steps = STEPS;
  resumedAt = concealed;
  known = min(nextLength, FUTURE_MS * perMs);
  memory.copy(upcoming, next, (<usize>known) << 2);
  roundSamples(upcoming, known);
}

/** Prepares the open gap in STEPS parts of similar cost; returns how many are left. */
export function fillStep(): i32 {
  if (steps == 3) analyse();
  else if (steps == 2) extendSides();
  else if (steps == 1) align();
  return (steps = max(0, steps - 1));
}

function analyse(): void {
  if (!resumedAt) sideOpen(PAST, historyEnd() - ((<usize>historyLength()) << 2), historyLength(), rate, 0);
  for (let i = 0; i < known; i++) {
    store<f32>(reversed + ((<usize>(known - 1 - i)) << 2), load<f32>(upcoming + ((<usize>i) << 2)));
  }
  sideOpen(FUTURE, reversed, known, rate, 0);
  reach = 0;
  if (Math.min(PAST.match, FUTURE.match) > WARP_MATCH) {
    const step = warpStep();
    reach = (<i32>Math.min(min(PAST.lag, gap) >> 1, WARP_MS * perMs) / step) * step;
  }
  meet = min(max(MEET_MS * perMs, PAST.lag), known);
  const edge = EDGE_MS * perMs;
  edgePast = rms(historyEnd() - ((<usize>edge) << 2), edge) + EDGE_FLOOR;
  edgeFuture = rms(upcoming, edge) + EDGE_FLOOR;
}

function extendSides(): void {
  const lead = reach + 2;
  sideExtend(PAST, past + LEAD * 4, gap + reach + meet + 2);
  sideExtend(FUTURE, future + LEAD * 4, gap + reach + 2);
  const leadBytes = (<usize>lead) << 2;
  memory.copy(past + LEAD * 4 - leadBytes, historyEnd() - leadBytes, leadBytes);
  memory.copy(future + LEAD * 4 - leadBytes, reversed + ((<usize>known) << 2) - leadBytes, leadBytes);
}

function align(): void {
  pastWarp = 0;
  futureWarp = 0;
  if (!reach) return;
  alignPast();
  alignFuture(max(1, rate / WARP_RATE));
}

/** Samples of the open gap that were not taken yet. */
export function fillLeft(): i32 {
  return gap - done;
}

/** Gives up what was not taken. */
export function fillReset(): void {
  done = gap;
  steps = 0;
}

function warpStep(): i32 {
  return max(1, <i32>(WARP_STEP_MS * perMs));
}

/** Where does the future fall on the extended past? */
function alignPast(): void {
  const step = warpStep();
  const energy = dot(upcoming, upcoming, meet);
  let best: f64 = -9;
  for (let shift = -reach; shift <= reach; shift += step) {
    const s = past + ((<usize>(LEAD + gap + shift)) << 2);
    const score = normalise(dot(s, upcoming, meet), dot(s, s, meet), energy, meet) - (WARP_COST * abs(shift)) / perMs;
    if (score > best) {
      best = score;
      pastWarp = shift;
    }
  }
}

/** Brings the future's side in phase with the warped past, compared on a thinned grid of instants. */
function alignFuture(thin: i32): void {
  const step = warpStep();
  const count = (gap + thin - 1) / thin;
  for (let i = 0; i < count; i++) {
    const u = (i * thin + 0.5) / gap;
    store<f32>(weights + ((<usize>i) << 2), <f32>Math.sqrt(u * (1 - u)));
  }
  readPast(0, thin, count, instants);
  multiply(instants, weights, count);
  const energy = dot(instants, instants, count);
  let best: f64 = -9;
  let chosen = 0;
  for (let shift = -reach; shift <= reach; shift += step) {
    futureWarp = shift;
    readFuture(0, thin, count, futurePart);
    multiply(futurePart, weights, count);
    const match = normalise(dot(futurePart, instants, count), dot(futurePart, futurePart, count), energy, count / 6.0);
    const score = match - (WARP_COST * abs(shift)) / perMs;
    if (score > best) {
      best = score;
      chosen = shift;
    }
  }
  futureWarp = chosen;
}

/** The two sides over the gap: n values from index k on, every `stride`. */
function readPast(k: i32, stride: i32, n: i32, out: usize): void {
  const pace = 1 + <f64>pastWarp / gap;
  warpRead(past + LEAD * 4, k * pace, stride * pace, n, out);
}

function readFuture(k: i32, stride: i32, n: i32, out: usize): void {
  const pace = 1 + <f64>futureWarp / gap;
  warpRead(future + LEAD * 4, (gap - 1 - k) * pace, -stride * pace, n, out);
}

/** Writes the next n samples of the gap (at most 10 ms, at most fillLeft()) to out and appends them to the history. */
export function fillTake(out: usize, n: i32): void {
  while (steps) fillStep();
  const resumed = resumedAt > 0;
  const concealedMs = <f64>resumedAt / perMs;
  // After a one-sided start the past goes on as that began.
  const pastHold = resumed ? LOST_HOLD_MS : HOLD_MS;
  const pastFade = resumed ? LOST_FADE_MS : FADE_MS;
  const pastSlope = PAST.slope * (resumed ? 1.0 : SLOPE_SHARE);
  const futureSlope = FUTURE.slope * SLOPE_SHARE;
  const edgeRatio = log(edgeFuture / edgePast);
  // Noise on both sides: keep the power, not the amplitude.
  const noisy = 1 - Math.max(PAST.periodicGain, FUTURE.periodicGain);
  const noise = comfortGain(gap - 1, 1 - 0.5 / gap) < 1 && comfortExtend(noiseBlock, n);
  // Exponentials advance by a factor a sample.
  const pastStep = exp(pastSlope / perMs);
  const futureStep = exp(-futureSlope / perMs);
  const edgeStep = exp(edgeRatio / gap);
  let pastDecay = exp(pastSlope * Math.min(concealedMs + <f64>done / perMs, SLOPE_FOR_MS));
  let futureDecay = exp(futureSlope * Math.min(<f64>(gap - 1 - done) / perMs, SLOPE_FOR_MS));
  let edge = edgePast * exp((edgeRatio * (done + 0.5)) / gap);
  const msPerSample = 1.0 / perMs;
  const perGap = 1.0 / gap;
  const pastShare = 1 / (pastFade - pastHold);
  readPast(done, 1, n, voiceBlock);
  readFuture(done, 1, n, futurePart);
  for (let i = 0; i < n; i++) {
    const at = (<usize>i) << 2;
    const k = done + i;
    const u = (k + 0.5) * perGap;
    const v = 1 - u;
    const before = concealedMs + k * msPerSample;
    const after = (gap - 1 - k) * msPerSample;
    const pastGain = clamp((pastFade - before) * pastShare) * pastDecay;
    const futureGain = clamp((FADE_MS - after) * FADE_SHARE) * futureDecay;
    // A straight cross-fade is too loud on a steep edge: half way (in dB) to the geometric mean.
    const level = Math.sqrt(edge / (edgePast * v + edgeFuture * u));
    const power = noisy > 0 ? exp(log(u * u + v * v) * -0.5 * noisy) : 1.0;
    let y = (load<f32>(voiceBlock + at) * pastGain * v + load<f32>(futurePart + at) * futureGain * u) * level * power;
    if (noise) {
      const g = comfortGain(k, u);
      y += load<f32>(noiseBlock + at) * Math.sqrt(Math.max(0, 1 - g * g));
    }
    store<f32>(out + at, <f32>y);
    if (before < SLOPE_FOR_MS) pastDecay *= pastStep;
    if (after <= SLOPE_FOR_MS) futureDecay *= futureStep;
    edge *= edgeStep;
  }
  done += n;
  historyPush(out, n);
}

/** Fade of the speech that comfort noise complements. */
function comfortGain(k: i32, u: f64): f64 {
  const msPerSample = 1.0 / perMs;
  const before = clamp((FADE_MS - k * msPerSample) * FADE_SHARE);
  const after = clamp((FADE_MS - (gap - 1 - k) * msPerSample) * FADE_SHARE);
  return Math.min(1, before * (1 - u) + after * u);
}
