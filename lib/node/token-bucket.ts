/** So many at once, and so many a second in the long run. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Counts what a rate allows. Time is handed in: milliseconds of any clock that does not go back. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, nowMs: number) {
    if (!(rate.perSecond > 0 && rate.burst >= 1)) throw new RangeError("A rate has perSecond > 0 and burst >= 1.");
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = nowMs;
  }

  /** False where there was none left. */
  take(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** How long until there is one. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return Math.max(0, ((1 - this.#tokens) * 1000) / this.#rate.perSecond);
  }

  /** Nobody took any lately: it may be forgotten. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= this.#rate.burst;
  }

  #refill(nowMs: number): void {
    const gained = (Math.max(0, nowMs - this.#at) * this.#rate.perSecond) / 1000;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + gained);
    this.#at = Math.max(this.#at, nowMs);
  }
}
