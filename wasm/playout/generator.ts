// A generator that is slower than real time starves the player again and again. Its measured rate sizes a reserve that buys
// fewer, longer interruptions instead.

/** Played less than this between two starvations: a short run. */
const SHORT_RUN_MS: f64 = 3000.0;
/** Generated speech: its rate counts gaps up to this (chunks); live: up to LIVE_GAP_MS (pauses do not count). */
const GENERATED_GAP_MS: f64 = 2000.0;
const LIVE_GAP_MS: f64 = 150.0;
/** Memory of the rate. */
const RATE_SPAN_MS: f64 = 10000.0;
/** No rate before this. */
const RATE_MIN_MS: f64 = 600.0;
/** Slower than this, and … */
const SLOW_RATE: f64 = 0.97;
/** … this late: a slow generator, not jitter. */
const SLOW_LATE_MS: f64 = 100.0;
/** The reserve is sized to last this long, longer at every starvation … */
const HORIZON_MS: f64 = 4000.0;
/** … up to the longest wait that is worth fewer interruptions. */
const RESERVE_MAX_MS: f64 = 1500.0;

/** Media to hold before playing, ms; 0 for senders that keep up. */
export let reserveMs: f64 = 0.0;

let shortRuns: i32 = 0;
let starved: bool = false;
let rateTime: f64 = 0.0;
let rateMedia: f64 = 0.0;
let lastD: f64 = 0.0;

export function openGenerator(): void {
  reserveMs = 0.0;
  shortRuns = 0;
  starved = false;
  rateTime = rateMedia = lastD = 0.0;
}

export function observeRate(gap: f64, gainedMs: f64, d: f64, generated: bool): void {
  lastD = d;
  if (gap > (generated ? GENERATED_GAP_MS : LIVE_GAP_MS)) {
    rateTime = rateMedia = 0.0;
    return;
  }
  // What comes with the arrival that the clock started from is of the time before.
  if (gap == 0.0 && rateTime == 0.0) return;
  rateTime += gap;
  rateMedia += gainedMs;
  if (rateTime > RATE_SPAN_MS) {
    rateTime *= 0.5;
    rateMedia *= 0.5;
  }
}

/** Ran dry inside an utterance. Twice after short runs: hold enough for the sender's measured rate. */
export function noteStarved(playedMs: f64, generated: bool, floorMs: f64): void {
  starved = true;
  shortRuns = playedMs < SHORT_RUN_MS ? shortRuns + 1 : 0;
  if (rateTime <= RATE_MIN_MS) return;
  const rate = rateMedia / rateTime;
  const late = generated || isNaN(floorMs) || lastD - floorMs > SLOW_LATE_MS;
  if (rate >= SLOW_RATE) reserveMs *= 0.5;
  else if (late && shortRuns >= 2) reserveMs = min(RESERVE_MAX_MS, max(reserveMs * 1.5, (1.0 - rate) * HORIZON_MS));
}

/** An utterance ended by itself. */
export function noteEnded(): void {
  if (!starved) reserveMs *= 0.8;
  starved = false;
  shortRuns = 0;
}

/** A live stream has played long enough to need no reserve. */
export function noteCleanRun(): void {
  reserveMs = 0.0;
}
