import { type Rate, TokenBucket } from "./token-bucket.ts";

const maxAddresses = 10_000;

/** A rate for each address. Remembers a bounded number of them: under a flood of addresses those unseen for longest are forgotten. */
export class AddressRates {
  readonly #rate: Rate;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** 0: go on. Else how long until the next is allowed. */
  take(key: string, nowMs: number): number {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#rate, nowMs);
    this.#buckets.delete(key); // and to the end: the order of the map is that of the last use
    this.#buckets.set(key, bucket);
    const waitMs = bucket.take(nowMs) ? 0 : bucket.waitMs(nowMs);
    if (this.#buckets.size > maxAddresses) this.#forget(nowMs);
    return waitMs;
  }

  get size(): number {
    return this.#buckets.size;
  }

  #forget(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#buckets.size <= maxAddresses && !bucket.isFull(nowMs)) return;
      this.#buckets.delete(key);
    }
  }
}
