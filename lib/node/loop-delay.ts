import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { ProcessFigures } from "./metrics-text.ts";

const resolutionMs = 10;
let histogram: IntervalHistogram | undefined;

/** How late the timers of this process run, since the last call. Measured from the first call on: undefined then. */
export function takeLoopDelay(): ProcessFigures["loopDelayMs"] {
  if (!histogram) {
    histogram = monitorEventLoopDelay({ resolution: resolutionMs });
    histogram.enable();
    return undefined;
  }
  // The histogram holds the whole interval, in nanoseconds; what is late is what exceeds the resolution.
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  const [p50, p99, max] = [histogram.percentile(50), histogram.percentile(99), histogram.max].map(late);
  const empty = histogram.count === 0;
  histogram.reset();
  return empty ? undefined : { p50: p50!, p99: p99!, max: max! };
}
