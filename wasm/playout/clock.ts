// The playout clock counts frames rendered, ms. Arrivals are stamped on another clock; a slow loop maps them, so that device
// callbacks that come in clumps, or a coarse clock, are not read as network jitter.

/** Corner of the loop, 0.1 Hz, as a share per millisecond; it begins as a running mean, so that the first stamp does not count for all. */
const GAIN_PER_MS: f64 = 0.000628;
/** The two clocks differ by more than this at once: sleep, or a suspended context. */
const JUMP_MS: f64 = 500.0;

let msPerFrame: f64 = 1.0;
/** Frame clock at the end of what was rendered. */
let now: f64 = 0.0;
/** Arrival clock minus frame clock; NaN before the first stamp. */
let offset: f64 = NaN;
let pulled: bool = false;
/** Rendered since the clocks were anchored. */
let anchoredMs: f64 = 0.0;

export function openClock(deviceRate: i32): void {
  msPerFrame = 1000.0 / <f64>deviceRate;
  now = 0.0;
  offset = NaN;
  pulled = false;
  anchoredMs = 0.0;
}

/** The frame clock, ms. */
export function clockNow(): f64 {
  return now;
}

/** A stamp of the arrival clock on the frame clock; what is no time is now. */
export function mapArrival(arrivalMs: f64): f64 {
  if (!isFinite(arrivalMs)) return now;
  if (isNaN(offset)) offset = arrivalMs;
  return arrivalMs - offset;
}

/** `frames` are about to be rendered at `nowMs` of the arrival clock. Returns how far that clock jumped, ms; usually 0. */
export function steerClock(nowMs: f64, frames: i32): f64 {
  if (!isFinite(nowMs)) return 0.0;
  let jump: f64 = 0.0;
  if (isNaN(offset)) offset = nowMs - now;
  else if (!pulled) {
    // Bytes came before the first pull: the frame clock begins late.
    const late = nowMs - offset;
    if (late > now) now = late;
    else offset = nowMs - now;
    if (late > JUMP_MS) jump = late;
  } else {
    const error = nowMs - now - offset;
    if (abs(error) > JUMP_MS) {
      offset += error;
      anchoredMs = 0.0;
      jump = error;
    } else {
      const span = msPerFrame * <f64>frames;
      offset += error * min(1.0, max(GAIN_PER_MS * span, span / (anchoredMs + span)));
      anchoredMs += span;
    }
  }
  pulled = true;
  return jump;
}

export function advanceClock(frames: i32): void {
  now += msPerFrame * <f64>frames;
}
