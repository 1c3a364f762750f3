// Gives the law a voice: what it decides becomes audio, a tick at a time, stretched and concealed, at the codec rate.
//
//   store → stretcher (ahead of the playhead only while it stretches) → concealer → CHUNK f32 → resampler
//
// What the stretcher holds ahead was copied, not taken: the queue gives up a sample when it is rendered.

import { concealEnd, concealFillBegin, concealFillTake, concealGood, concealLost, concealOpen } from "../conceal/index";
import { stretchFeed, stretchHeld, stretchOpen, stretchPull, stretchReady, stretchTrim } from "../stretch/index";
import { appliedPpm } from "./drift";
import {
  beginTick,
  CONCEAL,
  cutBacklog,
  ENDED,
  EXPAND,
  flushLaw,
  joinAudio,
  PLAY,
  readyTick,
  runDry,
  SILENT,
  skipBacklog,
  speed,
  steer,
} from "./law";
import {
  consume,
  countConcealed,
  countFlushed,
  head,
  IDLE,
  mode,
  NORMAL,
  perMs,
  skipRefused,
  takeBack,
  tickSamples,
  utterancePlayed,
} from "./playhead";
import { packetCount, packetPlace, packetSamples, packetStart } from "./queue";
import { copySamples } from "./store";

/** Longest tick and longest fade, and room for a fade behind what is left of a chunk. */
const CHUNK_SAMPLES: i32 = 1024;
export const CHUNK: usize = memory.data(1024 * 4 + 2 * 64, 64) + 64;
/** Copied from the store on its way to the stretcher, or the audio that a cut fades from. */
export const COPY: usize = memory.data(1024 * 4 + 2 * 64, 64) + 64;
export const FADING: usize = memory.data(240 * 4 + 2 * 64, 64) + 64;

const FADE_MS: f64 = 5.0;
/** Of a flush, at the rate of the device: a full scale ends in steps below 1 %. */
export const FLUSH_FADE_MS: f64 = 2.5;
/** Copied ahead while stretching: the longest splice, a step, and 10 ms to render. */
const AHEAD_MS: f64 = 40.0;
/** Longest gap that is filled from two sides. */
const FILL_MS: f64 = 160.0;
/** Least of the next packet that a gap is filled with. */
const FUTURE_MS: f64 = 10.0;
const COPY_MS: f64 = 20.0;
/** Largest change of the resampling per tick: unheard. */
const SLEW_PPM: f64 = 100.0;

/** Samples in CHUNK, and how many of them the resampler has. */
export let chunkSamples: i32 = 0;
export let chunkTaken: i32 = 0;
/** The operation of the last tick, and the samples of media it played. */
export let operation: i32 = SILENT;
export let tickMedia: i32 = 0;
/** Resampling wanted: drift, and trim where nothing is stretched. Positive consumes media faster. */
export let resamplePpm: f64 = 0.0;

let fadeSamples: i32 = 80;
/** What the fade of a flush needs beyond what the resampler has got, and the silence behind it, which is how far the resampler looks ahead. */
let flushSamples: i32 = 0;
let flushSilence: i32 = 40;
/** Samples behind the playhead that the stretcher plays again. */
let replay: i32 = 0;
/** Samples of a gap that are prepared from two sides. */
let filling: i32 = 0;
/** Samples of FADING not yet cross-faded into what follows a cut. */
let joining: i32 = 0;

/** `latencySamples`: how far the resampler is ahead of the device. */
export function openVoice(rate: i32, latencySamples: i32): void {
  joinAudio();
  concealOpen(rate);
  stretchOpen(rate);
  fadeSamples = <i32>((FADE_MS * <f64>rate) / 1000.0);
  flushSamples = max(0, <i32>((FLUSH_FADE_MS * <f64>rate) / 1000.0) - latencySamples);
  flushSilence = latencySamples;
  chunkSamples = chunkTaken = tickMedia = replay = filling = joining = 0;
  operation = SILENT;
  resamplePpm = 0.0;
}

export function takeChunk(samples: i32): void {
  chunkTaken += samples;
}

/** Makes the next tick. */
export function renderTick(now: f64): void {
  chunkSamples = tickSamples;
  chunkTaken = 0;
  tickMedia = 0;
  beginTick(now);
  operation = readyTick(now);
  let ppm = appliedPpm;
  if (operation == SILENT) {
    memory.fill(CHUNK, 0, (<usize>tickSamples) << 2);
    concealEnd();
  } else if (operation == EXPAND) conceal(0, tickSamples);
  else {
    fadeCut();
    operation = steer(now, lagMs());
    if (operation == PLAY) ppm = (speed - 1.0) * 1e6;
    operation = play(now, operation == PLAY ? 1.0 : speed);
  }
  resamplePpm += max(-SLEW_PPM, min(SLEW_PPM, ppm - resamplePpm));
}

/** How far what is heard next lies behind the playhead of the law: replayed by the stretcher, or rendered already. */
export function lagMs(): f64 {
  return <f64>(replay + stretchReady()) / perMs;
}

/** Fills CHUNK; returns what became of the operation. */
function play(now: f64, pullSpeed: f64): i32 {
  let made = 0;
  let result = operation;
  while (made < tickSamples) {
    const wanted = tickSamples - made;
    if (filling) {
      made += fill(made, wanted);
      result = CONCEAL;
      continue;
    }
    feed(pullSpeed == 1.0 ? <f64>wanted : AHEAD_MS * perMs);
    if (stretchHeld() + stretchReady() > 0) {
      made += render(made, wanted, pullSpeed);
      continue;
    }
    skipRefused();
    if (!packetCount()) {
      result = runDry(now, wanted);
      if (result == ENDED) fadeEnd(made);
      else conceal(made, wanted);
      break;
    }
    const gap = packetStart(0) - head;
    if (gap <= 0.0) continue;
    result = CONCEAL;
    const longest = FILL_MS * perMs;
    if (gap > longest || !beginFill(<i32>gap)) {
      const n = <i32>min(<f64>wanted, gap > longest ? gap - longest : gap);
      conceal(made, n);
      passGap(n);
      made += n;
    }
  }
  return result;
}

/** Samples of one piece held from `offset` after the playhead on; the place of the first is left in `found`. */
function contiguousAt(offset: f64): i32 {
  const from = head + offset;
  let i = 0;
  let edge = head;
  while (i < packetCount()) {
    const start = packetStart(i);
    if (start > edge) return 0;
    const n = packetSamples(i);
    edge = start + n;
    if (edge > from) {
      const into = <i32>(from - start);
      found = packetPlace(i) + into;
      return n - into;
    }
    i++;
  }
  return 0;
}
let found: i32 = 0;

/** Copies held media to the stretcher until it holds `wanted` samples, or media is missing. */
function feed(wanted: f64): void {
  while (<f64>(stretchHeld() + stretchReady()) < wanted) {
    const n = min(contiguousAt(<f64>(stretchHeld() - replay)), <i32>min(wanted, COPY_MS * perMs));
    if (n <= 0) return;
    copySamples(COPY, found, n);
    if (joining) join(n);
    if (stretchFeed(COPY, n) < n) return;
  }
}

/** Renders up to `wanted` samples of media to CHUNK from `at` on; returns how many. */
function render(at: i32, wanted: i32, pullSpeed: f64): i32 {
  const target = CHUNK + ((<usize>at) << 2);
  const before = stretchHeld();
  const n = stretchPull(target, wanted, pullSpeed);
  account(before - stretchHeld());
  if (n > 0) concealGood(target, n);
  return n;
}

/** The stretcher's playhead moved by `moved` samples, backwards when it plays some again. */
function account(moved: i32): void {
  if (moved < 0) {
    replay -= moved;
    return;
  }
  const again = min(moved, replay);
  replay -= again;
  tickMedia += consume(<f64>(moved - again));
}

/** Synthesises `n` samples at `at` of CHUNK; the stretcher sees them too, as its past. */
function conceal(at: i32, n: i32): void {
  const target = CHUNK + ((<usize>at) << 2);
  concealLost(target, n);
  remember(target, n);
}

/** Shows the stretcher what was heard in place of media; it holds nothing else then. */
function remember(samples: usize, n: i32): void {
  const fed = stretchFeed(samples, n);
  let left = fed;
  while (left > 0) left -= max(1, stretchPull(COPY, left, 1.0));
}

/** The playhead passes `n` samples of a gap. */
function passGap(n: i32): void {
  tickMedia += consume(<f64>n);
  countConcealed(<f64>n);
}

/** Prepares a gap of `gap` samples when enough of what follows is held. */
function beginFill(gap: i32): bool {
  const n = min(packetSamples(0), <i32>(COPY_MS * perMs));
  if (<f64>n < FUTURE_MS * perMs) return false;
  copySamples(COPY, packetPlace(0), n);
  if (!concealFillBegin(gap, COPY, n)) return false;
  filling = gap;
  return true;
}

function fill(at: i32, wanted: i32): i32 {
  const target = CHUNK + ((<usize>at) << 2);
  const n = concealFillTake(target, min(wanted, filling));
  filling -= n;
  if (n == 0) filling = 0;
  remember(target, n);
  passGap(n);
  return n;
}

/** Leaves out quiet audio of a backlog, or what a sleep made stale: what was to come fades into what comes instead. */
function fadeCut(): void {
  if (replay > 0) return;
  const n = min(contiguousAt(0.0), fadeSamples);
  if (n > 0) copySamples(FADING, found, n);
  if (skipBacklog() + cutBacklog() == 0) return;
  stretchTrim(0);
  joining = n == fadeSamples ? n : 0;
}

/** Cross-fades the `n` samples at COPY with what is left of FADING. */
function join(n: i32): void {
  const done = fadeSamples - joining;
  const count = min(n, joining);
  for (let i = 0; i < count; i++) {
    const at = COPY + ((<usize>i) << 2);
    const weight = <f32>(done + i + 1) / <f32>(fadeSamples + 1);
    const old = load<f32>(FADING + ((<usize>(done + i)) << 2));
    store<f32>(at, old + (load<f32>(at) - old) * weight);
  }
  joining -= count;
}

/** The end of an utterance after `made` samples of CHUNK: 5 ms of fade, then silence. */
function fadeEnd(made: i32): void {
  const n = min(fadeSamples, tickSamples - made);
  concealLost(CHUNK + ((<usize>made) << 2), n);
  fadeOut(made + n - fadeSamples, made + n);
  concealEnd();
}

/** Fades samples from…to of CHUNK to nothing (a start before the chunk begins in the middle of the fade), and clears the rest. */
function fadeOut(from: i32, to: i32): void {
  for (let i = max(0, from); i < to; i++) {
    const at = CHUNK + ((<usize>i) << 2);
    store<f32>(at, (load<f32>(at) * <f32>(to - i)) / <f32>(to - from + 1));
  }
  for (let i = to; i < chunkSamples; i++) store<f32>(CHUNK + ((<usize>i) << 2), 0);
}

/**
 * Silences everything before media position `to`: what the resampler has not got is taken back, but for what the device fades out
 * (FLUSH_FADE_MS). Returns the samples removed.
 */
export function flushVoice(now: f64, to: f64): i32 {
  let back = 0;
  if (isSounding()) {
    const pending = chunkSamples - chunkTaken;
    memory.copy(CHUNK, CHUNK + ((<usize>chunkTaken) << 2), (<usize>pending) << 2);
    chunkTaken = 0;
    chunkSamples = pending;
    if (pending < flushSamples) extend(flushSamples - pending, to);
    // What a tick played is spread evenly over it.
    else back = ((pending - flushSamples) * tickMedia) / tickSamples;
    memory.fill(CHUNK + ((<usize>flushSamples) << 2), 0, (<usize>flushSilence) << 2);
    chunkSamples = flushSamples + flushSilence;
    back = min(back + dropReady(), <i32>utterancePlayed);
  }
  replay = filling = joining = 0;
  operation = SILENT;
  concealEnd();
  takeBack(<f64>back);
  countFlushed(<f64>back);
  return back + flushLaw(now, to, 0);
}

/** Does what is rendered now come from media, or stand for it? */
export function isSounding(): bool {
  return mode != IDLE || operation != SILENT;
}

/** Appends `n` samples to CHUNK from media before `to`, or synthesised where there is none. */
function extend(n: i32, to: f64): void {
  let made = 0;
  if (mode == NORMAL && !filling) {
    feed(<f64>n);
    const limit = <i32>min(<f64>n, max(0.0, to - head) + <f64>(replay + stretchReady()));
    if (limit > 0) made = render(chunkSamples, limit, 1.0);
  }
  if (made < n) concealLost(CHUNK + ((<usize>(chunkSamples + made)) << 2), n - made);
  chunkSamples += n;
}

/** Discards what the stretcher has rendered and nobody has pulled; returns how many samples. */
function dropReady(): i32 {
  const ready = stretchReady();
  stretchTrim(0);
  let left = ready;
  while (left > 0) left -= max(1, stretchPull(COPY, left, 1.0));
  return ready;
}
