/** Time as a session sees it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs once after the delay, 24 days at most; returns what cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** The longest time a timer knows, 24.8 days; it takes a longer one for none at all. */
const maxTimerMs = 2 ** 31 - 1;

/** Looks `Date` and the timers up at every call, so that fake timers are seen. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, maxTimerMs));
    return () => clearTimeout(timer);
  },
};
