import { performance } from "node:perf_hooks";

export interface Timing {
  /** Microseconds of processor time per call: the median over batches. */
  readonly meanUs: number;
  /** The 99th percentile of single calls by the clock; on a busy machine that includes other programs. */
  readonly p99Us: number;
}

/** Processor time of this process, in microseconds: what other programs do on the same machine does not count. */
export function processorUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function batchUs(run: () => void, calls: number): number {
  const start = processorUs();
  for (let call = 0; call < calls; call++) run();
  return (processorUs() - start) / calls;
}

function callUs(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) * 1000;
}

const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

/**
 * Times functions in turn, batch by batch, so that whatever slows the machine down meets all of them alike. Each function is one step of a
 * stream and is called many thousand times.
 */
export function timeTogether(runs: readonly (() => void)[], { batches = 25, batchMs = 6 } = {}): Timing[] {
  const calls = runs.map((run) => {
    batchUs(run, 500); // compiles it
    return Math.max(50, Math.round((batchMs * 1000) / Math.max(0.01, batchUs(run, 500))));
  });
  const means = runs.map((): number[] => []);
  for (let batch = 0; batch < batches; batch++) {
    runs.forEach((run, index) => {
      means[index]?.push(batchUs(run, calls[index] ?? 50));
    });
  }
  return runs.map((run, index) => {
    const singles = Float64Array.from({ length: 2000 }, () => callUs(run)).sort();
    return { meanUs: middle(means[index] ?? []), p99Us: singles[1980] ?? 0 };
  });
}
