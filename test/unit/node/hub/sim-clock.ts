import type { Clock } from "../../../../lib/session/index.ts";

interface Timer {
  readonly at: number;
  readonly number: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Time that jumps from one timer to the next, as fast as they can be run. */
export class SimClock implements Clock {
  #now = 1_000_000;
  #made = 0;
  /** Binary heap, the earliest first. */
  readonly #heap: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), number: ++this.#made, run, cancelled: false };
    this.#heap.push(timer);
    let at = this.#heap.length - 1;
    while (at > 0 && before(timer, this.#heap[(at - 1) >> 1]!)) {
      this.#heap[at] = this.#heap[(at - 1) >> 1]!;
      at = (at - 1) >> 1;
    }
    this.#heap[at] = timer;
    return () => {
      timer.cancelled = true;
    };
  }

  /** Timers that still wait to be run. */
  get waiting(): number {
    return this.#heap.filter(({ cancelled }) => !cancelled).length;
  }

  /** Until nothing waits any more. Throws where there is no end to it. */
  run(maxTimers = 5_000_000): void {
    for (let count = 0; count < maxTimers; count++) {
      const timer = this.#pop();
      if (!timer) return;
      if (timer.cancelled) continue;
      timer.cancelled = true;
      this.#now = timer.at;
      timer.run();
    }
    throw new Error(`after ${maxTimers} timers there were more`);
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || first === last) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (before(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.number < b.number);
