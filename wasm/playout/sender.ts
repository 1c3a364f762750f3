// Who is sending: a live talker or generated speech? Judged from d = arrival − media time (ms) of every arrival.
// A live sender never runs ahead of its past minimum; generated speech does, and is then never stretched, dropped or adapted.

import { clearDrift, observeDrift } from "./drift";
import { observeRate } from "./generator";
import { clearWindows, observeLateness } from "./target";

export const UNKNOWN: i32 = 0;
export const LIVE: i32 = 1;
export const PREGEN: i32 = 2;

/** No arrival for this long opens an episode: longer than the spikes of wifi and lte, which stay in the histogram. */
export const GAP_MS: f64 = 150.0;
/** A live sender never runs this far ahead of its past minimum (largest seen live: 80, when the route got 80 ms shorter). */
const LEAD_MS: f64 = 120.0;
/** Debt counts as repaid when d is this close to the old floor: the jitter of a minimum. */
const REPAID_MS: f64 = 60.0;
/** A new minimum must be lower by this much to count as "sender still catching up". */
const FALL_MS: f64 = 5.0;
/** Repaid and no new minimum for this long: the burst was a repayment, LIVE again … */
const CATCH_UP_MS: f64 = 100.0;
/** … if it took no longer than this (a sender at 1.2× repays a 400 ms gap in 2 s, and goes on); else SETTLE_MS. */
const BURST_MS: f64 = 300.0;
/** Debt not repaid, but no new minimum for this long: LIVE on a new floor (pause, stall at the start). */
const SETTLE_MS: f64 = 500.0;
/** A stall at the very start must be repaid within this; what falls later is lead. */
const START_FLOOR_MS: f64 = 200.0;
/** Gained this much in the first episode: no stall at the start is that long. */
const START_LEAD_MS: f64 = 1500.0;
/** The same after the clock jumped: a network that caught up meanwhile must not look like lead. */
const RESUME_FLOOR_MS: f64 = 3000.0;
/** First episode: gained more than LEAD_MS, then sends nothing for this long: generated speech. */
const START_QUIET_MS: f64 = 1000.0;
/** A pacing run ends when d falls by this (at 1.2×: every 200 ms) or at a gap. */
const PACE_FALL_MS: f64 = 40.0;
/** Arrivals in a run this old are real-time paced. */
const PACED_MS: f64 = 500.0;
/** PREGEN: minima of d per block … */
const EXIT_BLOCK_MS: f64 = 5000.0;
/** … this many agreeing in a row within PACE_FALL_MS: a real-time sender (a wrong flag heals in 15 to 20 s). */
const EXIT_BLOCKS: i32 = 3;
/** Nothing ran ahead for this long: forget. */
const PREGEN_HOLD_MS: f64 = 120000.0;
const BLOCK_MS: f64 = 1000.0;
const BLOCKS: i32 = 12;
/** The newest blocks do not count for the floor: a sender at ≥ 1.05× shows as lead, never as excess delay. */
const LAG_BLOCKS: i32 = 3;

export let senderState: i32 = UNKNOWN;
/** Lowest plausible d, ms; NaN before there is one. */
export let floorMs: f64 = NaN;
/** Still in the first episode of the stream. */
export let firstEpisode: bool = true;
export let lastArrivalMs: f64 = -Infinity;
/** Media before this position is never stretched. */
export let protectedUntil: f64 = 0.0;
export let wasLive: bool = false;
/** The arrivals of the present run are real-time paced, and from where in the media. */
export let paced: bool = false;
export let pacedFrom: f64 = 0.0;

let startFloorMs: f64 = START_FLOOR_MS;
let episodeStart: f64 = 0.0;
let episodeTop: f64 = 0.0;
let episodeMin: f64 = 0.0;
let fallRef: f64 = 0.0;
let lastFall: f64 = 0.0;
let paceRef: f64 = Infinity;
let paceSince: f64 = 0.0;
let generatedAt: f64 = 0.0;
let exitAt: f64 = 0.0;
let exitBlocks: i32 = 0;
let exitMin: f64 = Infinity;
let exitPrevious: f64 = Infinity;
let exitMedia: f64 = 0.0;
let blockAt: f64 = 0.0;
let blockCount: i32 = 0;
/** f64[BLOCKS], oldest first. */
export const MINIMA: usize = memory.data(BLOCKS * 8 + 2 * 64, 64) + 64;

export function openSender(): void {
  senderState = UNKNOWN;
  floorMs = NaN;
  firstEpisode = true;
  lastArrivalMs = -Infinity;
  protectedUntil = 0.0;
  wasLive = false;
  paced = false;
  pacedFrom = 0.0;
  paceRef = Infinity;
  paceSince = 0.0;
  generatedAt = 0.0;
  blockCount = 0;
  blockAt = 0.0;
  startFloorMs = START_FLOOR_MS;
  beginEpisode(0.0, 0.0, true);
  resetExit(0.0);
}

/** Is the sender being judged, and has it gained more than LEAD_MS already? */
export function isAhead(): bool {
  return senderState == UNKNOWN && episodeTop - episodeMin > LEAD_MS;
}

export function hasBlocks(): bool {
  return blockCount > 0;
}

/** True when the arrival at `now` belongs to a real-time paced run. */
export function isPacedAt(now: f64): bool {
  return now - paceSince >= PACED_MS;
}

export function setPaced(value: bool): void {
  paced = value;
}

/** The first episode gained a lead and then fell silent: generated speech. */
export function judgeSilence(now: f64): void {
  if (firstEpisode && isAhead() && now - lastArrivalMs > START_QUIET_MS) becomeGenerated(now);
}

/** The clock jumped (sleep, suspended context) or the media did: what was measured means nothing any more, only the judgement stays. */
export function reanchorSender(now: f64): void {
  lastArrivalMs = -Infinity;
  paceRef = Infinity;
  paceSince = now;
  if (senderState == PREGEN) {
    generatedAt = now;
    resetExit(now);
    return;
  }
  floorMs = NaN;
  startFloorMs = RESUME_FLOOR_MS;
  blockCount = 0;
  clearDrift(now);
  clearWindows(true);
  beginEpisode(now, 0.0, false);
}

/** One arrival: `d` ms late against its media position (samples), which gained `gainedMs` of media. */
export function observeArrival(now: f64, d: f64, media: f64, gainedMs: f64): void {
  const gap = now - lastArrivalMs;
  lastArrivalMs = now;
  observeRate(gap, gainedMs, d, senderState == PREGEN);
  if (gap > GAP_MS || d < paceRef - PACE_FALL_MS) {
    paceRef = d;
    paceSince = now;
    pacedFrom = media;
  }
  observeLateness(d);
  if (senderState == PREGEN) {
    observeGenerated(now, d, media, gap);
    return;
  }
  if (gap == Infinity) beginEpisode(now, d, firstEpisode);
  else if (gap > GAP_MS) {
    if (firstEpisode && isNaN(floorMs)) floorMs = episodeMin;
    beginEpisode(now, d, firstEpisode);
  }
  if (senderState == UNKNOWN) {
    if (judgeEpisode(now, d)) return;
  } else if (floorMs - d > LEAD_MS) {
    becomeGenerated(now);
    return;
  }
  if (blockCount > 0) {
    if (now - blockAt >= BLOCK_MS) {
      blockAt = now;
      appendBlock(d);
    } else if (d < newestBlock()) setNewestBlock(d);
    if (senderState == LIVE) floorMs = laggedMin();
  }
  observeDrift(now, d);
}

/** Returns true when the arrival made the sender PREGEN. */
function judgeEpisode(now: f64, d: f64): bool {
  if (d < fallRef - FALL_MS) {
    fallRef = d;
    lastFall = now;
  }
  episodeMin = min(episodeMin, d);
  if (isNaN(floorMs) && now - episodeStart >= startFloorMs) floorMs = episodeMin;
  // A floor of NaN compares false.
  if (floorMs - d > LEAD_MS || (firstEpisode && episodeTop - episodeMin > START_LEAD_MS)) {
    becomeGenerated(now);
    return true;
  }
  const calm = now - lastFall;
  const burst = lastFall - episodeStart <= BURST_MS;
  if (!firstEpisode && episodeMin <= floorMs + REPAID_MS && calm >= (burst ? CATCH_UP_MS : SETTLE_MS)) {
    senderState = LIVE;
  } else if (calm >= SETTLE_MS) becomeLive(now, episodeMin, protectedUntil);
  return false;
}

function observeGenerated(now: f64, d: f64, media: f64, gap: f64): void {
  if (hasSettled(now, d, media)) becomeLive(now, exitMin, exitMedia);
  else if (now - generatedAt > PREGEN_HOLD_MS) {
    floorMs = NaN;
    beginEpisode(now, d, true);
  }
  if (now - paceSince < PACED_MS && gap <= GAP_MS) generatedAt = now;
}

function beginEpisode(now: f64, d: f64, first: bool): void {
  senderState = UNKNOWN;
  firstEpisode = first;
  episodeStart = lastFall = now;
  episodeTop = episodeMin = fallRef = d;
}

/** LIVE on a new floor; media before `protect` stays untouchable. */
function becomeLive(now: f64, floor: f64, protect: f64): void {
  senderState = LIVE;
  firstEpisode = false;
  wasLive = true;
  floorMs = floor;
  startFloorMs = START_FLOOR_MS;
  protectedUntil = protect;
  blockCount = 0;
  for (let i = 0; i <= LAG_BLOCKS; i++) appendBlock(floor);
  blockAt = now;
  clearDrift(now);
  clearWindows(true);
}

function becomeGenerated(now: f64): void {
  senderState = PREGEN;
  firstEpisode = false;
  wasLive = false;
  generatedAt = now;
  blockCount = 0;
  clearDrift(NaN);
  clearWindows(false);
  resetExit(now);
}

function resetExit(now: f64): void {
  exitAt = now;
  exitBlocks = 0;
  exitMin = exitPrevious = Infinity;
}

/** PREGEN: true when the minima of d of EXIT_BLOCKS successive blocks agree (no block without arrivals). */
function hasSettled(now: f64, d: f64, media: f64): bool {
  exitMin = min(exitMin, d);
  if (now - exitAt < EXIT_BLOCK_MS) return false;
  const same = abs(exitMin - exitPrevious) <= PACE_FALL_MS && now - exitAt < 1.2 * EXIT_BLOCK_MS;
  exitBlocks = same ? exitBlocks + 1 : 1;
  if (exitBlocks == 1) exitMedia = media;
  if (exitBlocks >= EXIT_BLOCKS) return true;
  exitPrevious = exitMin;
  exitMin = Infinity;
  exitAt = now;
  return false;
}

function appendBlock(d: f64): void {
  if (blockCount == BLOCKS) {
    memory.copy(MINIMA, MINIMA + 8, (BLOCKS - 1) * 8);
    blockCount--;
  }
  blockCount++;
  setNewestBlock(d);
}

function newestBlock(): f64 {
  return load<f64>(MINIMA + ((blockCount - 1) << 3));
}

function setNewestBlock(d: f64): void {
  store<f64>(MINIMA + ((blockCount - 1) << 3), d);
}

function laggedMin(): f64 {
  let low: f64 = Infinity;
  for (let i = 0; i < blockCount - LAG_BLOCKS; i++) low = min(low, load<f64>(MINIMA + (i << 3)));
  return low;
}
