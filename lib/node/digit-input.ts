import type { Clock } from "../session/index.ts";

/** How long `call.nextDigit()` waits for a key. Without any: until the call is over. */
export interface NextDigitOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const maxWaiting = 64;

/** Keys the caller pressed and nobody asked for yet, in order; the oldest are forgotten. */
export class DigitInput {
  readonly #clock: Clock;
  #digits: string[] = [];
  #waiting: ((digit: string | undefined) => void)[] = [];
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  push(digit: string): void {
    const taker = this.#waiting.shift();
    if (taker) taker(digit);
    else this.#digits.push(digit);
    if (this.#digits.length > maxWaiting) this.#digits.shift();
  }

  /** Forgets keys that were pressed before a question was asked. */
  clear(): void {
    this.#digits = [];
  }

  /** Undefined: nothing was pressed in time, the signal aborted, or the call is over. */
  next({ timeoutMs, signal }: NextDigitOptions = {}): Promise<string | undefined> {
    const digit = this.#digits.shift();
    if (digit !== undefined || this.#ended || signal?.aborted) return Promise.resolve(digit);
    return new Promise((resolve) => {
      const take = (taken: string | undefined): void => {
        cancel?.();
        signal?.removeEventListener("abort", giveUp);
        resolve(taken);
      };
      const giveUp = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== take);
        take(undefined);
      };
      const cancel = timeoutMs === undefined ? undefined : this.#clock.after(timeoutMs, giveUp);
      signal?.addEventListener("abort", giveUp);
      this.#waiting.push(take);
    });
  }

  end(): void {
    this.#ended = true;
    for (const taker of this.#waiting.splice(0)) taker(undefined);
  }
}
