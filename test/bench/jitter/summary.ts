import type { Score } from "./score.ts";
import { confidence95, mean, median, sum } from "./statistics.ts";

/** One trace over all seeds: means, and what the names say. Figures that do not apply are NaN. */
export interface Summary {
  readonly trace: string;
  readonly seeds: number;
  readonly delayMs: number;
  /** Half the 95 % confidence intervals of the means. */
  readonly delayConfidenceMs: number;
  readonly p95DelayMs: number;
  readonly concealedPct: number;
  readonly deltaR: number;
  readonly deltaRConfidence: number;
  /** Mean over the seeds of the median recovery; the worst and the median of the seeds; the slowest recovery of all. */
  readonly recoveryMs: number;
  readonly worstSeedRecoveryMs: number;
  readonly medianRecoveryMs: number;
  readonly worstRecoveryMs: number;
  readonly stretchedPct: number;
  readonly acceleratedPct: number;
  readonly slowedPct: number;
  readonly worstDriftErrorPpm: number;
  /** Share of the time the sender was taken for generated speech. */
  readonly generatedPct: number;
  readonly targetMs: number;
  readonly firstAudioMs: number;
  readonly worstFirstAudioMs: number;
  /** Totals over the seeds. */
  readonly interruptions: number;
  readonly concealmentEvents: number;
  readonly lostSamples: number;
  readonly utterances: number;
  readonly stretchedMs: number;
  readonly concealedMs: number;
  readonly gaps: number;
  readonly gapMs: number;
  readonly unavoidableGapMs: number;
}

type Figure = Exclude<keyof Score, "trace">;

export function summarize(scores: readonly Score[]): Summary {
  const all = (name: Figure): number[] => scores.map((score) => score[name]).filter((value) => value !== undefined);
  const total = (name: Figure): number => sum(all(name));
  const worst = (name: Figure): number => (all(name).length ? Math.max(...all(name)) : Number.NaN);
  return {
    trace: scores[0]?.trace ?? "",
    seeds: scores.length,
    delayMs: mean(all("delayMs")),
    delayConfidenceMs: confidence95(all("delayMs")),
    p95DelayMs: mean(all("p95DelayMs")),
    concealedPct: mean(all("concealedPct")),
    deltaR: mean(all("deltaR")),
    deltaRConfidence: confidence95(all("deltaR")),
    recoveryMs: mean(all("recoveryMs")),
    worstSeedRecoveryMs: worst("recoveryMs"),
    medianRecoveryMs: median(all("recoveryMs")),
    worstRecoveryMs: worst("worstRecoveryMs"),
    stretchedPct: mean(all("stretchedPct")),
    acceleratedPct: mean(all("acceleratedPct")),
    slowedPct: mean(all("slowedPct")),
    worstDriftErrorPpm: worst("driftErrorPpm"),
    generatedPct: mean(all("generatedPct")),
    targetMs: mean(all("targetMs")),
    firstAudioMs: median(all("firstAudioMs")),
    worstFirstAudioMs: worst("worstFirstAudioMs"),
    interruptions: total("interruptions"),
    concealmentEvents: total("concealmentEvents"),
    lostSamples: total("lostSamples"),
    utterances: total("utterances"),
    stretchedMs: total("stretchedMs"),
    concealedMs: total("concealedMs"),
    gaps: total("gaps"),
    gapMs: total("gapMs"),
    unavoidableGapMs: total("unavoidableGapMs"),
  };
}
