/** 0.1 ms up to 100 ms, then 1 ms up to ten seconds; longer is the last. */
const fineSteps = 1000;
const coarseSteps = 9900;

export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Many durations in little room. Percentiles are upper ends of steps: never better than what was measured. */
export class LatencyHistogram {
  readonly #steps = new Uint32Array(fineSteps + coarseSteps + 1);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    const value = Math.max(0, ms);
    const step = value < 100 ? Math.floor(value * 10) : fineSteps + Math.floor(value) - 100;
    this.#steps[Math.min(step, fineSteps + coarseSteps)]!++;
    this.#count++;
    if (value > this.#max) this.#max = value;
  }

  /** Milliseconds that so many of 1 do not exceed; 0 where nothing was added. */
  percentile(share: number): number {
    let left = Math.ceil(this.#count * share);
    if (left === 0) return 0;
    for (let step = 0; step < this.#steps.length; step++) {
      left -= this.#steps[step]!;
      if (left <= 0) return Math.min(this.#max, step < fineSteps ? (step + 1) / 10 : step - fineSteps + 101);
    }
    return this.#max;
  }

  summary(): LatencySummary {
    const [p50, p90, p99, p999, max] = [0.5, 0.9, 0.99, 0.999, 1].map((share) => round(this.percentile(share)));
    return { count: this.#count, p50: p50!, p90: p90!, p99: p99!, p999: p999!, max: max! };
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
