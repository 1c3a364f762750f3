// The delay to aim for: maxima of d per 200 ms window, judged 600 ms later, up at once and down slowly.

import { addWindow, openEstimator, WINDOW_MS } from "./estimator";

/** Windows wait 600 ms (longer than a sender takes to settle): by then a pause has moved the floor and is not jitter. */
const PENDING: i32 = 3;
/** Per ms: 10 s average of the delay above the target. */
const EXTRA_GAIN: f64 = 0.0001;
/** Before any measurement. */
const START_TARGET_MS: f64 = 60.0;
/** ms per ms: 20 ms/s. */
const FALL_RATE: f64 = 0.02;
/** With audio also this share per ms of what it is above the delay wanted: one stall of the host at the start is forgotten in seconds. */
const FALL_SHARE: f64 = 0.0005;

export let targetMs: f64 = START_TARGET_MS;

let wanted: f64 = START_TARGET_MS;
let extra: f64 = 0.0;
let extraGain: f64 = 0.001;
let fallShare: f64 = 0.0;
let lastTick: f64 = NaN;
let windowAt: f64 = 0.0;
let windowMax: f64 = -Infinity;
let pendingCount: i32 = 0;
/** f64[PENDING + 1], oldest first. */
export const WAITING: usize = memory.data((PENDING + 1) * 8 + 2 * 64, 64) + 64;

/** `tickMs`: time between two ticks. */
export function openTarget(tickMs: i32): void {
  openEstimator(tickMs);
  extraGain = EXTRA_GAIN * <f64>tickMs;
  targetMs = wanted = START_TARGET_MS;
  extra = fallShare = 0.0;
  lastTick = NaN;
  windowAt = 0.0;
  clearWindows(true);
}

export function observeLateness(d: f64): void {
  if (d > windowMax) windowMax = d;
}

/** Forgets the windows not yet judged, and the open one if `open`. */
export function clearWindows(open: bool): void {
  pendingCount = 0;
  if (open) windowMax = -Infinity;
}

/** Is a window complete at `now`? */
export function windowIsDue(now: f64): bool {
  return now - windowAt >= WINDOW_MS;
}

/** Closes the window; `learn`: the sender is live and has a floor, so that lateness means something. */
export function closeWindow(now: f64, idle: bool, learn: bool, floorMs: f64): void {
  windowAt = now;
  if (windowMax > -Infinity || !idle) {
    store<f64>(WAITING + (pendingCount << 3), windowMax);
    pendingCount++;
  }
  windowMax = -Infinity;
  if (pendingCount <= PENDING) return;
  const d = load<f64>(WAITING);
  pendingCount--;
  memory.copy(WAITING, WAITING + 8, pendingCount << 3);
  if (learn) wanted = addWindow(max(0.0, d - floorMs), extra);
}

/** What is too long is given up faster. */
export function hastenTarget(): void {
  fallShare = FALL_SHARE;
}

/** Moves the target; once per tick, after closeWindow. */
export function moveTarget(now: f64): void {
  const dt = isNaN(lastTick) ? 0.0 : now - lastTick;
  lastTick = now;
  targetMs = wanted >= targetMs ? wanted : max(wanted, targetMs - (FALL_RATE + fallShare * (targetMs - wanted)) * dt);
}

/** Delay above the target at this tick, ms (≤ 0: none). */
export function noteExcess(excess: f64): void {
  extra += (max(0.0, excess) - extra) * extraGain;
}
