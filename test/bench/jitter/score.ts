import { deltaR } from "./impairment.ts";
import type { Counters, Tick } from "./player.ts";
import { lastAtMost, mean, median, percentile, sum } from "./statistics.ts";
import { mediaPositions, SAMPLES_PER_MS, type Trace } from "./trace.ts";

/** An interruption is this long at least. */
const INTERRUPTION_MS = 150;
/** Live delay is judged once the start is over. */
const SETTLED_MS = 5000;
/** Back to base: within this of the delay before the next stall. */
const RECOVERED_MS = 30;
/** First audio is at most this late by design; gaps beyond it are unavoidable when the sender is late. */
const START_MS = 80;

/** Scores of one player on one trace. Fields that do not apply are absent. */
export interface Score {
  trace: string;
  seed: number;
  /** Mean delay beyond the base of the network. */
  delayMs?: number;
  p95DelayMs?: number;
  concealedPct?: number;
  concealmentEvents?: number;
  deltaR?: number;
  /** Median over the stalls of the time until the delay is back at base. */
  recoveryMs?: number;
  worstRecoveryMs?: number;
  /** Share of ticks accelerated or slowed (live), or of utterance time stretched (generated). */
  stretchedPct: number;
  acceleratedPct: number;
  slowedPct: number;
  interruptions: number;
  /** Samples dropped by the player; for generated speech, of utterances. */
  lostSamples: number;
  driftErrorPpm?: number;
  /** Share of time the sender was taken for generated speech. */
  generatedPct: number;
  targetMs: number;
  utterances?: number;
  firstAudioMs?: number;
  worstFirstAudioMs?: number;
  stretchedMs?: number;
  concealedMs?: number;
  gaps?: number;
  gapMs?: number;
  /** What the gaps come to with an 80 ms start and a perfect player. */
  unavoidableGapMs?: number;
}

/** Position of the media in the trace, for ticks that played some. */
class MediaIndex {
  readonly #order: number[];
  readonly #starts: number[];

  constructor(trace: Trace) {
    const positions = mediaPositions(trace);
    this.#order = positions.map((_, i) => i).sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0));
    this.#starts = this.#order.map((i) => positions[i] ?? 0);
  }

  /** Calls `visit` for every row that overlaps from…to, with the samples it has in there. */
  overlapping(from: number, to: number, visit: (row: number, samples: number) => void): void {
    for (let at = lastAtMost(this.#starts, from); (this.#starts[at] ?? to) < to; at++) {
      const next = this.#starts[at + 1] ?? Number.POSITIVE_INFINITY;
      visit(this.#order[at] ?? 0, Math.min(next, to) - Math.max(this.#starts[at] ?? 0, from));
    }
  }

  /** The row that `position` lies in, and how far, samples. */
  find(position: number): { row: number; into: number } {
    const at = lastAtMost(this.#starts, position);
    return { row: this.#order[at] ?? 0, into: position - (this.#starts[at] ?? 0) };
  }
}

export function scoreTrace(trace: Trace, ticks: Tick[], counters: Counters): Score {
  const balance = counters.played + counters.dropped + counters.flushed + counters.held;
  if (counters.received !== balance)
    throw new Error(`${trace.kind}/${trace.seed}: ${counters.received} received, ${balance} accounted`);
  const active = ticks.filter((tick) => tick.operation !== ".").length || 1;
  const share = (letter: string): number => (100 * ticks.filter((tick) => tick.operation === letter).length) / active;
  const score: Score = {
    trace: trace.kind,
    seed: trace.seed,
    stretchedPct: share("A") + share("S"),
    acceleratedPct: share("A"),
    slowedPct: share("S"),
    interruptions: 0,
    lostSamples: counters.dropped,
    targetMs: mean(ticks.map((tick) => tick.targetMs)),
    generatedPct: (100 * ticks.filter((tick) => tick.sender === "generated").length) / ticks.length,
  };
  if (trace.captureMs) return { ...score, ...scoreLive(trace, trace.captureMs, ticks, counters) };
  return { ...score, ...scoreGenerated(trace, trace.utterance ?? [], ticks) };
}

function scoreLive(trace: Trace, captureMs: number[], ticks: Tick[], counters: Counters): Partial<Score> {
  const index = new MediaIndex(trace);
  const delays: { atMs: number; delayMs: number }[] = [];
  for (const tick of ticks) {
    if (!"NAS".includes(tick.operation) || !isSounding(tick)) continue;
    const { row, into } = index.find(tick.from);
    const captured = (captureMs[row] ?? 0) + into / SAMPLES_PER_MS;
    delays.push({ atMs: tick.atMs, delayMs: tick.atMs - captured - trace.baseMs });
  }
  const settled = delays.filter((delay) => delay.atMs > SETTLED_MS).map((delay) => delay.delayMs);
  const judged = (delays.at(-1)?.atMs ?? 0) > 2 * SETTLED_MS ? settled : delays.map((delay) => delay.delayMs);
  const started = ticks.slice(ticks.findIndex((tick) => tick.operation !== "."));
  const active = sum(started.filter((tick) => tick.operation !== ".").map((tick) => tick.durationMs)) * SAMPLES_PER_MS;
  const concealedPct = (100 * counters.concealed) / active;
  const delayMs = mean(judged);
  const score: Partial<Score> = {
    delayMs,
    p95DelayMs: percentile(judged, 0.95),
    concealedPct,
    deltaR: deltaR(delayMs, concealedPct),
    ...scoreConcealment(started),
  };
  const recoveries = trace.stall ? stallRecoveries(trace, trace.stall, delays) : startRecovery(trace, delays);
  if (recoveries.length) {
    score.recoveryMs = median(recoveries);
    score.worstRecoveryMs = Math.max(...recoveries);
  }
  const drift = ticks.at(-1)?.driftPpm ?? Number.NaN;
  if (trace.ppm !== undefined) score.driftErrorPpm = Math.abs((Number.isNaN(drift) ? 0 : drift) - trace.ppm);
  return score;
}

function scoreConcealment(ticks: Tick[]): { concealmentEvents: number; interruptions: number } {
  let run = 0;
  let concealmentEvents = 0;
  let interruptions = 0;
  for (const { operation, durationMs } of ticks) {
    if (operation === "X" || operation === "C") {
      if (run === 0) concealmentEvents++;
      run += durationMs;
      continue;
    }
    if (run >= INTERRUPTION_MS) interruptions++;
    run = 0;
  }
  return { concealmentEvents, interruptions };
}

type Delays = { atMs: number; delayMs: number }[];

function stallRecoveries(trace: Trace, stall: NonNullable<Trace["stall"]>, delays: Delays): number[] {
  const recoveries: number[] = [];
  const { durationMs, everyMs } = stall;
  for (let start = 5000; start < Math.floor(trace.seconds * 1000) - everyMs; start += everyMs) {
    const after = delays.filter((delay) => delay.atMs >= start + durationMs && delay.atMs < start + everyMs);
    const until = after.at(-1)?.atMs ?? 0;
    const base = median(after.filter((delay) => delay.atMs > until - 500).map((delay) => delay.delayMs));
    const hit = after.find((delay) => delay.delayMs <= base + RECOVERED_MS);
    recoveries.push(hit ? hit.atMs - start - durationMs - trace.phaseMs : everyMs);
  }
  return recoveries;
}

function startRecovery(trace: Trace, delays: Delays): number[] {
  if (trace.stallAtStartMs === undefined) return [];
  const until = delays.at(-1)?.atMs ?? 0;
  const base = median(delays.filter((delay) => delay.atMs > until - 5000).map((delay) => delay.delayMs));
  const hit = delays.find((delay) => delay.delayMs <= base + RECOVERED_MS);
  return hit ? [hit.atMs - (trace.rows[0]?.arrivalMs ?? 0)] : [];
}

interface Utterance {
  arrivedMs: number;
  mediaMs: number;
  /** Longest that a row came after an 80 ms start would have needed it. */
  unavoidableMs: number;
  firstMs: number;
  lastMs: number;
  playedMs: number;
}

/** Did it play media? What a stretcher plays again is media too. */
const isSounding = (tick: Tick): boolean => tick.head > tick.from;

function scoreGenerated(trace: Trace, numbers: number[], ticks: Tick[]): Partial<Score> {
  const utterances = arrivedUtterances(trace, numbers);
  const index = new MediaIndex(trace);
  let stretchedMs = 0;
  for (const tick of ticks) {
    if (!isSounding(tick)) continue;
    index.overlapping(tick.from, tick.head, (row, samples) => {
      const utterance = utterances.get(numbers[row] ?? -1);
      if (!utterance) return;
      utterance.firstMs = Math.min(utterance.firstMs, tick.atMs);
      utterance.lastMs = tick.atMs + tick.durationMs;
      utterance.playedMs += samples / SAMPLES_PER_MS;
    });
    if (!utterances.has(numbers[index.find(tick.from).row] ?? -1)) continue;
    if (tick.operation === "A" || tick.operation === "S") stretchedMs += tick.durationMs;
  }
  const heard = [...utterances.values()].filter((utterance) => utterance.lastMs > 0);
  const inside = (atMs: number): boolean => heard.some((u) => u.firstMs < atMs && atMs < u.lastMs - 10);
  const first = heard.map((u, i) => u.firstMs - Math.max(u.arrivedMs, heard[i - 1]?.lastMs ?? 0));
  const silent = ticks.filter(
    (tick, i) => i > 0 && !isSounding(tick) && isSounding(ticks[i - 1] ?? tick) && inside(tick.atMs),
  );
  return {
    utterances: heard.length,
    firstAudioMs: median(first),
    worstFirstAudioMs: Math.max(...first),
    stretchedMs,
    stretchedPct: (100 * stretchedMs) / sum(heard.map((u) => u.mediaMs)),
    concealedMs: sum(ticks.filter((t) => "XC".includes(t.operation) && inside(t.atMs)).map((t) => t.durationMs)),
    gaps: silent.length,
    gapMs: sum(heard.map((u) => Math.max(0, u.lastMs - u.firstMs - u.mediaMs - 19))),
    unavoidableGapMs: sum(heard.map((u) => u.unavoidableMs)),
    interruptions: silent.length,
    lostSamples: sum(
      [...utterances.values()].map((u) => Math.max(0, Math.round((u.mediaMs - u.playedMs) * SAMPLES_PER_MS))),
    ),
  };
}

function arrivedUtterances(trace: Trace, numbers: number[]): Map<number, Utterance> {
  const utterances = new Map<number, Utterance>();
  trace.rows.forEach((row, i) => {
    const number = numbers[i] ?? -1;
    if (number < 0) return;
    let utterance = utterances.get(number);
    if (!utterance) {
      const never = { firstMs: Number.POSITIVE_INFINITY, lastMs: 0 };
      utterance = { arrivedMs: row.arrivalMs, mediaMs: 0, unavoidableMs: 0, playedMs: 0, ...never };
      utterances.set(number, utterance);
    }
    const neededMs = utterance.arrivedMs + START_MS + utterance.mediaMs;
    utterance.unavoidableMs = Math.max(utterance.unavoidableMs, row.arrivalMs - neededMs);
    utterance.mediaMs += row.samples / SAMPLES_PER_MS;
  });
  return utterances;
}
