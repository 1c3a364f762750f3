// Sender clock against playout clock: least-squares slope of one minimum of d a second, outliers above the line dropped.
// Corrected by asynchronous resampling only: stretching is for jitter, never for drift.

/** One minimum per second, this many remembered. */
const BLOCKS: i32 = 120;
/** Blocks before any estimate: the error is then < 25 ppm on wifi, < 100 on lte, and the trim hides it. */
const MIN_BLOCKS: i32 = 15;
const BLOCK_MS: f64 = 1000.0;
const LIMIT_PPM: f64 = 1000.0;
/** Per ms: 50 ppm/s. */
const SLEW_PPM: f64 = 0.05;

/** Estimate, ppm; positive when the sender is fast. NaN before there is one. */
export let driftPpm: f64 = NaN;
/** What is applied, ppm: follows the estimate slowly. */
export let appliedPpm: f64 = 0.0;

let slewPpm: f64 = 0.5;
let count: i32 = 0;
let blockAt: f64 = 0.0;
let blockMin: f64 = Infinity;
/** BLOCKS × { time f64, minimum f64 }, oldest first. */
export const POINTS: usize = memory.data(BLOCKS * 16 + 2 * 64, 64) + 64;
/** Working copy of the points without outliers. */
export const KEPT: usize = memory.data(BLOCKS * 16 + 2 * 64, 64) + 64;
/** f64[BLOCKS]: residuals, and the same sorted. */
export const RESIDUALS: usize = memory.data(BLOCKS * 8 + 2 * 64, 64) + 64;
export const SORTED: usize = memory.data(BLOCKS * 8 + 2 * 64, 64) + 64;

/** `tickMs`: time between two ticks. */
export function openDrift(tickMs: i32): void {
  slewPpm = SLEW_PPM * <f64>tickMs;
  driftPpm = NaN;
  appliedPpm = 0.0;
  clearDrift(0.0);
}

/** Forgets the minima but not the estimate; NaN for `now` (generated speech) also stops the correction. */
export function clearDrift(now: f64): void {
  count = 0;
  blockMin = Infinity;
  if (isNaN(now)) appliedPpm = 0.0;
  else blockAt = now;
}

export function observeDrift(now: f64, d: f64): void {
  if (now - blockAt >= BLOCK_MS) {
    if (blockMin < Infinity) {
      append(blockAt, blockMin);
      estimate();
    }
    blockAt = now;
    blockMin = d;
  } else if (d < blockMin) blockMin = d;
}

/** Once per tick while the sender is LIVE. */
export function slewDrift(): void {
  if (isNaN(driftPpm)) return;
  const wanted = max(-LIMIT_PPM, min(LIMIT_PPM, driftPpm));
  appliedPpm += max(-slewPpm, min(slewPpm, wanted - appliedPpm));
}

function append(time: f64, low: f64): void {
  if (count == BLOCKS) {
    memory.copy(POINTS, POINTS + 16, (BLOCKS - 1) * 16);
    count--;
  }
  store<f64>(POINTS + (count << 4), time);
  store<f64>(POINTS + (count << 4), low, 8);
  count++;
}

function estimate(): void {
  if (count < MIN_BLOCKS) return;
  memory.copy(KEPT, POINTS, count << 4);
  let n = count;
  let slope: f64 = 0.0;
  for (let again = 1; again >= 0; again--) {
    const t0 = load<f64>(KEPT);
    let mx: f64 = 0.0;
    let my: f64 = 0.0;
    for (let i = 0; i < n; i++) {
      mx += load<f64>(KEPT + (i << 4)) - t0;
      my += load<f64>(KEPT + (i << 4), 8);
    }
    mx /= n;
    my /= n;
    let sxx: f64 = 0.0;
    let sxy: f64 = 0.0;
    for (let i = 0; i < n; i++) {
      const x = load<f64>(KEPT + (i << 4)) - t0 - mx;
      sxx += x * x;
      sxy += x * (load<f64>(KEPT + (i << 4), 8) - my);
    }
    slope = sxy / sxx;
    if (again) {
      n = dropOutliers(n, t0, mx, my, slope);
      if (n < MIN_BLOCKS / 2) break;
    }
  }
  driftPpm = -slope * 1e6;
}

/** Keeps the points at most 1 ms above the median residual; returns how many. */
function dropOutliers(n: i32, t0: f64, mx: f64, my: f64, slope: f64): i32 {
  for (let i = 0; i < n; i++) {
    const residual = load<f64>(KEPT + (i << 4), 8) - my - slope * (load<f64>(KEPT + (i << 4)) - t0 - mx);
    store<f64>(RESIDUALS + (i << 3), residual);
    let j = i;
    while (j > 0 && load<f64>(SORTED + (j << 3) - 8) > residual) {
      store<f64>(SORTED + (j << 3), load<f64>(SORTED + (j << 3) - 8));
      j--;
    }
    store<f64>(SORTED + (j << 3), residual);
  }
  const limit = load<f64>(SORTED + ((n >> 1) << 3)) + 1.0;
  let left = 0;
  for (let i = 0; i < n; i++) {
    if (load<f64>(RESIDUALS + (i << 3)) > limit) continue;
    memory.copy(KEPT + (left << 4), KEPT + (i << 4), 16);
    left++;
  }
  return left;
}
