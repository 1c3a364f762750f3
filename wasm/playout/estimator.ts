// Maxima of lateness per window → the playout delay with the least impairment, Id + Ie,eff (ITU-T G.107, simplified).

/** Resolution of the target; the last bucket holds everything ≥ 395 ms: longer never changes the optimum. */
const BUCKET_MS: f64 = 5.0;
const BUCKETS: i32 = 80;
/** A worse window is a stall: not delay's to buy … */
const STALL_MS: f64 = 250.0;
/** … unless this many windows … */
const STALL_MANY: i32 = 8;
/** … of the last 150 (30 s). */
const STALL_SPAN: i32 = 150;
/** Per window: 40 s (0.98 to 0.998 change the mean ΔR by < 0.1). */
const FORGET: f64 = 0.995;
/** The target falls further than this at once … */
const HOLD_MS: f64 = 60.0;
/** … only for this much R: two equal optima must not make it hunt. */
const HOLD_GAIN: f64 = 2.0;
/** Assumed one-way delay before the buffer. */
const NETWORK_MS: f64 = 95.0;
export const WINDOW_MS: f64 = 200.0;

/** Mean wait for the next tick. */
let marginMs: f64 = 5.0;
let windows: i32 = 0;
let chosen: i32 = 10;
let stallCount: i32 = 0;
/** f64[BUCKETS]: weight of each lateness. */
export const HISTOGRAM: usize = memory.data(BUCKETS * 8 + 2 * 64, 64) + 64;
/** i32[STALL_MANY]: window numbers of the newest stalls, oldest first. */
export const STALLS: usize = memory.data(STALL_MANY * 4 + 2 * 64, 64) + 64;

export function openEstimator(tickMs: i32): void {
  marginMs = <f64>tickMs / 2.0;
  memory.fill(HISTOGRAM, 0, BUCKETS * 8);
  windows = 0;
  chosen = 10;
  stallCount = 0;
}

/** Impairment of a one-way delay (ms) and a concealed share (%): G.107 §7.4 and §7.5, Bpl 25.1 with concealment. */
export function impairment(delayMs: f64, lossPct: f64): f64 {
  let i = 0.024 * delayMs;
  if (delayMs > 177.3) i += 0.11 * (delayMs - 177.3);
  return i + (95.0 * lossPct) / (lossPct + 25.1);
}

/**
 * One window whose worst arrival was `late` ms; returns the delay to aim for, ms.
 * `extra`: ms by which the delay has exceeded the target on average (recoveries); it is paid for too.
 */
export function addWindow(late: f64, extra: f64): f64 {
  windows++;
  if (late > STALL_MS) {
    noteStall();
    if (stallCount < STALL_MANY) late = 0.0;
  }
  const keep = min(FORGET, 1.0 - 2.0 / <f64>(windows + 1));
  const bucket = min(BUCKETS - 1, <i32>(late / BUCKET_MS));
  for (let i = 0; i < BUCKETS; i++) setWeight(i, weight(i) * keep);
  setWeight(bucket, weight(bucket) + (1.0 - keep));
  let total: f64 = 0.0;
  for (let i = 0; i < BUCKETS; i++) total += weight(i);
  // A window whose worst packet is L late costs (L − D) ms of concealment out of WINDOW_MS.
  let over: f64 = 0.0;
  let short: f64 = 0.0;
  let best: f64 = Infinity;
  let stay: f64 = Infinity;
  let at = 0;
  for (let i = BUCKETS - 1; i >= 0; i--) {
    const delay = <f64>(i + 1) * BUCKET_MS + marginMs + extra + NETWORK_MS;
    const cost = impairment(delay, (100.0 * short) / total / WINDOW_MS);
    if (cost <= best) {
      best = cost;
      at = i;
    }
    if (i == chosen) stay = cost;
    over += weight(i);
    short += over * BUCKET_MS;
  }
  if (<f64>(chosen - at) * BUCKET_MS <= HOLD_MS || best < stay - HOLD_GAIN) chosen = at;
  return <f64>(chosen + 1) * BUCKET_MS + marginMs;
}

function noteStall(): void {
  if (stallCount == STALL_MANY) dropOldestStall();
  store<i32>(STALLS + (stallCount << 2), windows);
  stallCount++;
  while (load<i32>(STALLS) <= windows - STALL_SPAN) dropOldestStall();
}

function dropOldestStall(): void {
  memory.copy(STALLS, STALLS + 4, (STALL_MANY - 1) * 4);
  stallCount--;
}

function weight(i: i32): f64 {
  return load<f64>(HISTOGRAM + (i << 3));
}

function setWeight(i: i32, value: f64): void {
  store<f64>(HISTOGRAM + (i << 3), value);
}
