import type { Summary } from "./summary.ts";

/** What a trace must come to, as the mean over the seeds unless the text says more. */
export interface Goal {
  readonly text: string;
  readonly met: boolean;
}

const atMost = (name: string, value: number, limit: number, unit = "", digits = 1): Goal => ({
  text: `${name} ${value.toFixed(digits)}${unit} ≤ ${limit}${unit}`,
  met: value <= limit,
});

const none = (name: string, value: number): Goal => ({ text: `${name} ${value} = 0`, met: value === 0 });

const limits: Readonly<Record<string, (row: Summary) => Goal[]>> = {
  clean: (row) => [atMost("delay", row.delayMs, 15, " ms"), atMost("concealed", row.concealedPct, 0.005, " %", 3)],
  wifi: (row) => [
    atMost("delay", row.delayMs, 85, " ms"),
    atMost("concealed", row.concealedPct, 0.15, " %", 2),
    atMost("ΔR", row.deltaR, 5),
  ],
  lte: (row) => [atMost("concealed", row.concealedPct, 1.3, " %", 2), atMost("ΔR", row.deltaR, 9.5)],
  tcp1: (row) => [atMost("ΔR", row.deltaR, 18.5)],
  tcp3: (row) => [atMost("ΔR", row.deltaR, 24)],
  stall400: (row) => [
    atMost("ΔR", row.deltaR, 16),
    atMost("worst median recovery", row.worstSeedRecoveryMs, 1200, " ms", 0),
  ],
  stall1000: (row) => [
    atMost("ΔR", row.deltaR, 20),
    atMost("worst median recovery", row.worstSeedRecoveryMs, 2500, " ms", 0),
  ],
  stall400n: (row) => [atMost("worst recovery", row.worstRecoveryMs, 1200, " ms", 0)],
  stall1000n: (row) => [atMost("worst recovery", row.worstRecoveryMs, 2500, " ms", 0)],
  start400: (row) => [atMost("median recovery", row.medianRecoveryMs, 1500, " ms", 0)],
  start1000: (row) => [atMost("median recovery", row.medianRecoveryMs, 3000, " ms", 0)],
};

/** Goals of a row; none for traces that only inform. */
export function goalsOf(row: Summary): Goal[] {
  const { trace } = row;
  const own = limits[trace]?.(row);
  if (own) return own;
  if (/^driftw?-?300$/.test(trace))
    return [atMost("worst drift error", row.worstDriftErrorPpm, 2, " ppm"), ...unstretched(row)];
  if (trace.startsWith("driftl")) return [atMost("worst drift error", row.worstDriftErrorPpm, 20, " ppm")];
  if (trace.startsWith("tts") || trace.startsWith("ttq") || trace.startsWith("rtptts")) return generated(row);
  if (trace.startsWith("chunk")) return chunked(row);
  if (trace.startsWith("mix")) return mixed(row);
  if (trace.startsWith("slow")) {
    return [none("lost", row.lostSamples), atMost("gaps per utterance", row.gaps / row.utterances, 1.6, "", 2)];
  }
  return [];
}

/** Drift is resampled away; what little is stretched is the start and wifi spikes. */
const unstretched = (row: Summary): Goal[] => [
  atMost("stretched", row.stretchedPct, row.trace.startsWith("driftw") ? 1.5 : 0.5, " %"),
];

const untouched = (row: Summary): Goal[] => [none("lost", row.lostSamples), none("ms stretched", row.stretchedMs)];

function generated(row: Summary): Goal[] {
  const goals = [...untouched(row), atMost("worst first audio", row.worstFirstAudioMs, 80, " ms", 0)];
  // Network jitter on top may leave an utterance of 1.2× a gap or two.
  return row.trace.startsWith("ttsj") ? goals : [...goals, none("gaps", row.gaps)];
}

const chunked = (row: Summary): Goal[] => [
  ...untouched(row),
  atMost("gaps beyond the unavoidable", row.gapMs - row.unavoidableGapMs, 80 * row.gaps, " ms", 0),
];

const mixed = (row: Summary): Goal[] => [
  none("lost", row.lostSamples),
  atMost("stretched", row.stretchedPct, 1, " %", 2),
  atMost("median first audio", row.firstAudioMs, Math.round(row.targetMs + 100), " ms", 0),
];
