// The control law of the playout: what to do with the next tick. Times in ms (f64), media in samples at the codec rate.
// Knows no audio: the engine (wasm/playback.ts) keeps the samples; playoutTick plays without any.
// Only + − × ÷ min max and truncation on f64 and integers, so that every decision is the same everywhere.
//
//   IDLE ──enough held──▶ NORMAL ──dry, end of an utterance──▶ IDLE
//                           │ ▲
//                       dry ▼ │ refilled
//                        EXPANDING ──dry for long──▶ IDLE

import { appliedPpm, openDrift, slewDrift } from "./drift";
import { noteCleanRun, noteEnded, noteStarved, openGenerator, reserveMs } from "./generator";
import {
  beginUtterance,
  concealed,
  consume,
  countConcealed,
  cutQuiet,
  dropRange,
  EXPANDING,
  end,
  flushRange,
  head,
  heldWithin,
  IDLE,
  levelMs,
  mode,
  moveHead,
  NORMAL,
  openPlayhead,
  perMs,
  setMode,
  skipRefused,
  tailQuiet,
  tickSamples,
  utterancePlayed,
} from "./playhead";
import { held, packetStart } from "./queue";
import {
  floorMs,
  hasBlocks,
  isAhead,
  judgeSilence,
  LIVE,
  lastArrivalMs,
  openSender,
  PREGEN,
  protectedUntil,
  reanchorSender,
  senderState,
  UNKNOWN,
  wasLive,
} from "./sender";
import { closeWindow, hastenTarget, moveTarget, noteExcess, openTarget, targetMs, windowIsDue } from "./target";

/** |e| below: no stretching, only trim. */
const DEAD_MS: f64 = 15.0;
/** Stretching, once begun, goes on to here: stopping at DEAD_MS left 10 ms of delay for good. */
const STOP_MS: f64 = 3.0;
/** Acceleration is no less than this, so that it ends. */
const ACCEL_MIN: f64 = 1.05;
/** Trim at |e| = DEAD_MS: inaudible resampling that closes the dead zone. */
const TRIM_PPM: f64 = 1000.0;
/** Accelerate by e / 300 … */
const ACCEL_TAU_MS: f64 = 300.0;
/** … up to this. */
const ACCEL_SOFT: f64 = 1.25;
/** Beyond this excess ACCEL_HARD: speech backlog that the talker is waiting on. */
const ACCEL_HARD_MS: f64 = 120.0;
const ACCEL_HARD: f64 = 1.5;
/** With real audio the hard part goes on for longer, and the soft one is steeper: a splice is paid late. */
const AUDIO_TAU_MS: f64 = 150.0;
const AUDIO_HARD_MS: f64 = 60.0;
/** A second of speech at 1.75× is understood, and a long backlog is gone sooner: one tenth faster for so many ms of excess, up to this. */
const AUDIO_TENTH_MS: f64 = 80.0;
const AUDIO_FASTEST: f64 = 1.75;
/** Expansion rate when the delay is short of the target. */
const SLOW: f64 = 0.88;
/** Never slow with less than this held: expansion would hit an empty buffer. */
const SLOW_LEVEL_MS: f64 = 20.0;
/** Prebuffer of a first or generated utterance: first audio ≤ 80 ms. */
const START_MS: f64 = 60.0;
/** More than the target is wanted before a live utterance starts, unless it waits. */
const START_SPARE_MS: f64 = 20.0;
/** After running dry: max(target / 2, this, reserve). */
const REFILL_MIN_MS: f64 = 20.0;
/** Waiting for a refill and nothing comes: play what is there. */
const STUCK_MS: f64 = 300.0;
/** The same for a slow generator's reserve (chunks of up to 1 s). */
const STUCK_GENERATED_MS: f64 = 1500.0;
/** Dry for this long: the stream has stopped. */
const GIVE_UP_MS: f64 = 3000.0;
/** A live stream that plays this long needs no reserve. */
const CLEAN_RUN_MS: f64 = 10000.0;

/** After a sleep a live backlog longer than this beyond the target is left out: it is not worth accelerating. */
const SLEPT_MS: f64 = 300.0;

/** Operations of a tick, as ASCII letters. */
export const PLAY: i32 = 0x4e; // N
export const ACCELERATE: i32 = 0x41; // A
export const SLOWED: i32 = 0x53; // S
export const CONCEAL: i32 = 0x43; // C
export const EXPAND: i32 = 0x58; // X
export const SILENT: i32 = 0x2e; // .
export const ENDED: i32 = 0x45; // E
export const FADED: i32 = 0x46; // F

/** Speed wanted of the next tick, 0.88 to 1.5, with audio to 1.75; within ±2000 ppm of 1 it is resampling, not stretching. */
export let speed: f64 = 1.0;
/** Samples cut and samples played by the last playoutTick. */
export let tickCut: i32 = 0;
export let tickPlayed: i32 = 0;
/** Media before this was or will be flushed. */
export let flushEnd: f64 = 0.0;

let accelTauMs: f64 = ACCEL_TAU_MS;
let accelHardMs: f64 = ACCEL_HARD_MS;
let fastest: f64 = ACCEL_HARD;
/** Arrival of the first packet after going idle. */
let firstWait: f64 = Infinity;
/** Samples concealed since the stream ran dry. */
let dry: f64 = 0.0;
let playSince: f64 = 0.0;
/** −1 slowing, 0, 1 accelerating. */
let stretching: i32 = 0;
let fraction: f64 = 0.0;
/** The clock jumped, and the sender has not been judged since. */
let slept: bool = false;
/** Media left of a flush, to fade out in the next tick: its span, and the samples held of it. */
let fadeSpan: f64 = 0.0;
let fadeHeld: i32 = 0;

/** Resets everything. `rate` samples/s; `tickMs`: time between two ticks (the golden vectors: 10); `rtp`: packets carry positions; `storeSamples`: size of the store that places refer to. */
export function openLaw(rate: i32, tickMs: i32, rtp: bool, storeSamples: i32): void {
  openPlayhead(rate, tickMs, rtp, storeSamples);
  openSender();
  openTarget(tickMs);
  openDrift(tickMs);
  openGenerator();
  accelTauMs = ACCEL_TAU_MS;
  accelHardMs = ACCEL_HARD_MS;
  fastest = ACCEL_HARD;
  speed = 1.0;
  tickCut = tickPlayed = fadeHeld = stretching = 0;
  flushEnd = fadeSpan = dry = playSince = fraction = 0.0;
  firstWait = Infinity;
  slept = false;
}

/** The law is given a voice: it reckons with what a stretcher can do. */
export function joinAudio(): void {
  accelTauMs = AUDIO_TAU_MS;
  accelHardMs = AUDIO_HARD_MS;
  fastest = AUDIO_FASTEST;
  hastenTarget();
}

/** ms the next sample is late against the floor. */
export function delayMs(now: f64): f64 {
  return isNaN(floorMs) ? 0.0 : now - head / perMs - floorMs;
}

/** A packet arrived. */
export function noteHeld(arrival: f64): void {
  if (mode == IDLE && firstWait == Infinity) firstWait = arrival;
}

/** Bookkeeping of a new tick: target, sender, drift. */
export function beginTick(now: f64): void {
  if (windowIsDue(now)) {
    if (senderState == LIVE && mode == NORMAL && now - playSince > CLEAN_RUN_MS) noteCleanRun();
    closeWindow(now, mode == IDLE, senderState == LIVE && hasBlocks(), floorMs);
  }
  moveTarget(now);
  judgeSilence(now);
  if (senderState == LIVE) slewDrift();
}

/** Starts, refills or gives up. Returns PLAY when there is something to play, else SILENT or EXPAND. */
export function readyTick(now: f64): i32 {
  if (mode == IDLE) {
    if (!held || !mayStart(now)) return SILENT;
    resume(now, packetStart(0));
  } else if (mode == EXPANDING) {
    if (held) {
      const gap = min(packetStart(0) - head, dry); // lost, but already concealed
      moveHead(head + gap);
      dry -= gap;
      if (levelMs() >= refillMs() || now - lastArrivalMs >= STUCK_MS) resume(now, head);
    }
    if (mode == EXPANDING) {
      if (!held && dry >= GIVE_UP_MS * perMs) {
        goIdle(now);
        return SILENT;
      }
      dry += tickSamples;
      countConcealed(tickSamples);
      return EXPAND;
    }
  }
  return PLAY;
}

/** A live stream that slept goes on at its newest audio; returns how many samples were left out. */
export function skipBacklog(): i32 {
  if (!slept || senderState == UNKNOWN) return 0;
  slept = false;
  const keep = max(targetMs, reserveMs);
  if (senderState != LIVE || head < protectedUntil || levelMs() < keep + SLEPT_MS) return 0;
  const to = end - Math.floor(keep * perMs);
  const skipped = dropRange(head, to);
  moveHead(to);
  return skipped;
}

/** The clock jumped: re-anchors, so that the backlog is neither jitter nor a lead. */
export function reanchorLaw(now: f64): void {
  slept = true;
  reanchorSender(now);
}

/** Decides the speed of the next tick; returns PLAY, ACCELERATE or SLOWED. `replayMs`: media played twice just now (stretching). */
export function steer(now: f64, replayMs: f64): i32 {
  speed = 1.0;
  if (senderState != LIVE || head < protectedUntil) return PLAY;
  const goal = max(targetMs, reserveMs);
  let e = delayMs(now) + replayMs - goal;
  noteExcess(e);
  if (e > 0) e = max(0.0, min(e, levelMs() - goal));
  if (e > DEAD_MS) stretching = 1;
  else if (e < -DEAD_MS) stretching = -1;
  else if (<f64>stretching * e <= STOP_MS) stretching = 0;
  if (stretching > 0) {
    speed =
      e > accelHardMs
        ? min(fastest, ACCEL_HARD + (0.1 * (e - accelHardMs)) / AUDIO_TENTH_MS)
        : max(ACCEL_MIN, min(ACCEL_SOFT, 1.0 + e / accelTauMs));
    return ACCELERATE;
  }
  if (stretching < 0) {
    if (levelMs() <= SLOW_LEVEL_MS) return PLAY;
    speed = SLOW;
    return SLOWED;
  }
  speed = 1.0 + (appliedPpm + (TRIM_PPM * e) / DEAD_MS) * 1e-6;
  return PLAY;
}

/** Cuts quiet audio off a backlog; returns how many samples. */
export function cutBacklog(): i32 {
  return cutQuiet(max(targetMs, START_MS));
}

/** The media ran out `missing` samples before the end of a tick. Returns ENDED or EXPAND. */
export function runDry(now: f64, missing: i32): i32 {
  if (tailQuiet || senderState == PREGEN || isAhead()) {
    goIdle(now);
    return ENDED;
  }
  setMode(EXPANDING);
  dry = missing;
  countConcealed(missing);
  starve(now);
  return EXPAND;
}

/** One tick without audio; sets tickPlayed and tickCut. */
export function playoutTick(now: f64): i32 {
  tickCut = tickPlayed = 0;
  beginTick(now);
  if (fadeHeld) {
    tickPlayed = consume(fadeSpan);
    settleFlush(now);
    return FADED;
  }
  const ready = readyTick(now);
  if (ready != PLAY) return ready;
  tickCut = cutBacklog();
  const operation = steer(now, 0.0);
  const wanted = <f64>tickSamples * speed + fraction;
  let advance = <f64>(<i32>wanted);
  fraction = wanted - advance;
  skipRefused();
  const have = end - head;
  const isDry = have < min(advance, <f64>tickSamples);
  if (have < advance) {
    advance = have;
    fraction = 0.0;
  }
  tickPlayed = consume(advance);
  if (isDry) return runDry(now, tickSamples - tickPlayed);
  if (tickPlayed == <i32>advance) return operation;
  countConcealed(advance - tickPlayed);
  return CONCEAL;
}

/**
 * Discards everything before media position `to` except `keep` samples that fade out; returns how many were removed.
 * Without engine: settled by the next playoutTick.
 */
export function flushLaw(now: f64, to: f64, keep: i32): i32 {
  fadeSpan = mode == NORMAL ? min(<f64>keep, to - head) : 0.0;
  fadeHeld = heldWithin(fadeSpan);
  const removed = flushRange(fadeHeld ? head + fadeSpan : -Infinity, to);
  flushEnd = to;
  if (!fadeHeld) settleFlush(now);
  return removed;
}

/** What fades out has been played: the playhead is behind the flush. */
export function settleFlush(now: f64): void {
  fadeHeld = 0;
  moveHead(flushEnd);
  setMode(IDLE);
  waitFrom(now);
}

/** Samples of this utterance heard, with what is still fading. */
export function heardSamples(): f64 {
  return utterancePlayed + fadeHeld;
}

function waitFrom(now: f64): void {
  firstWait = held ? now : Infinity;
}

function goIdle(now: f64): void {
  setMode(IDLE);
  waitFrom(now);
  if (tailQuiet) noteEnded();
  else starve(now);
}

function mayStart(now: f64): bool {
  const level = levelMs();
  const wait = now - firstWait;
  const need = wasLive ? targetMs : START_MS;
  if (reserveMs > need) return level >= reserveMs || tailQuiet || now - lastArrivalMs >= STUCK_GENERATED_MS;
  return level >= (wasLive ? need + START_SPARE_MS : need) || wait >= need;
}

/** ms to hold before resuming after running dry. */
function refillMs(): f64 {
  return max(max(0.5 * targetMs, REFILL_MIN_MS), reserveMs);
}

function starve(now: f64): void {
  noteStarved(now - playSince, senderState == PREGEN, floorMs);
}

function resume(now: f64, from: f64): void {
  if (mode == IDLE) beginUtterance();
  moveHead(from);
  setMode(NORMAL);
  playSince = now;
  dry = fraction = 0.0;
}
