import type { Cost } from "./cost.ts";
import type { Goal } from "./goals.ts";
import { NETEQ } from "./neteq.ts";
import type { PlayerName } from "./run-trace.ts";
import type { Summary } from "./summary.ts";

/** One trace: what each player made of it. */
export interface Row {
  readonly trace: string;
  readonly core: Summary;
  readonly others: Partial<Record<PlayerName, Summary>>;
  readonly goals: readonly Goal[];
  /** Of the audio of all seeds. */
  readonly hash: string;
}

export interface Report {
  readonly rows: readonly Row[];
  readonly hash: string;
  readonly seeds: number;
  /** Empty when it was not asked for. */
  readonly cost: readonly Cost[];
}

const figure = (value: number | undefined, digits = 0): string =>
  value === undefined || Number.isNaN(value) ? "–" : value.toFixed(digits);

const isLive = (row: Row): boolean => !Number.isNaN(row.core.delayMs);

export const missedGoals = (report: Report): string[] =>
  report.rows.flatMap((row) => row.goals.filter((goal) => !goal.met).map((goal) => `${row.trace}: ${goal.text}`));

/** Tables for a terminal. */
export function toText(report: Report): string {
  const live = report.rows.filter(isLive);
  const generated = report.rows.filter((row) => !isLive(row));
  const parts = [
    [
      `${report.seeds} seeds a trace; delay is beyond the fastest of the network, the core's resampler included.`,
      "The core gets packets and renders every 2.7 ms, as a worklet does; the FIFOs every 10 ms; NetEQ's figures are pinned.",
    ].join("\n"),
  ];
  if (live.length) parts.push(table(LIVE_HEAD, live.map(liveCells)));
  if (generated.length) parts.push(table(GENERATED_HEAD, generated.map(generatedCells)));
  const goals = report.rows.flatMap((row) => row.goals);
  const missed = missedGoals(report);
  parts.push(
    `goals met: ${goals.length - missed.length} of ${goals.length}`,
    ...missed.map((text) => `  missed: ${text}`),
  );
  if (report.cost.length) parts.push(table(COST_HEAD, report.cost.map(costCells)));
  parts.push(`audio hash ${report.hash}`);
  return parts.join("\n\n");
}

const LIVE_HEAD = [
  "trace",
  "delay ms",
  "p95",
  "conceal %",
  "ΔR",
  "recovery ms",
  "stretch %",
  "interr.",
  "drift err",
  "goal",
  "FIFO",
  "skip",
  "NetEQ",
];

function liveCells(row: Row): string[] {
  const { core } = row;
  const other = (summary: Summary | undefined): string =>
    summary ? `${figure(summary.delayMs)} / ${figure(summary.concealedPct, 2)} / ${figure(summary.deltaR, 1)}` : "–";
  const pinned = NETEQ[row.trace];
  const neteq = pinned
    ? `${figure(pinned.delayMs)} / ${figure(pinned.concealedPct, 2)} / ${figure(pinned.deltaR, 1)}${pinned.recovery ? ` (${pinned.recovery})` : ""}`
    : "";
  return [
    row.trace,
    `${figure(core.delayMs, 1)} ±${figure(core.delayConfidenceMs, 1)}`,
    figure(core.p95DelayMs),
    figure(core.concealedPct, 2),
    `${figure(core.deltaR, 1)} ±${figure(core.deltaRConfidence, 1)}`,
    figure(core.recoveryMs),
    figure(core.stretchedPct, 1),
    figure(core.interruptions),
    figure(core.worstDriftErrorPpm, 1),
    verdict(row.goals),
    other(row.others.fifo),
    other(row.others.skip),
    neteq,
  ];
}

const GENERATED_HEAD = [
  "trace",
  "utter.",
  "lost",
  "stretched ms",
  "concealed ms",
  "gaps",
  "gap ms",
  "unavoid.",
  "first ms",
  "worst",
  "goal",
  "skip loses ms",
];

function generatedCells(row: Row): string[] {
  const { core } = row;
  return [
    row.trace,
    figure(core.utterances),
    figure(core.lostSamples),
    figure(core.stretchedMs),
    figure(core.concealedMs),
    figure(core.gaps),
    figure(core.gapMs),
    figure(core.unavoidableGapMs),
    figure(core.firstAudioMs),
    figure(core.worstFirstAudioMs),
    verdict(row.goals),
    figure((row.others.skip?.lostSamples ?? Number.NaN) / 16),
  ];
}

const COST_HEAD = ["µs per 10 ms", "mean", "p99", "worst", "goal"];

function costCells({ trace, meanUs, p99Us, worstUs }: Cost): string[] {
  const met = meanUs <= 30 && p99Us <= 150;
  return [trace, figure(meanUs, 1), figure(p99Us, 1), figure(worstUs), met ? "met" : "MISSED"];
}

const verdict = (goals: readonly Goal[]): string =>
  goals.length === 0 ? "" : goals.every((goal) => goal.met) ? "met" : "MISSED";

function table(head: readonly string[], rows: readonly string[][]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return [line(head), ...rows.map(line)].join("\n");
}

/** The same for programs. Figures that do not apply are left out. */
export function toJson(report: Report): string {
  const clean = (summary: Summary): Partial<Summary> =>
    Object.fromEntries(
      Object.entries(summary).filter(([, value]) => typeof value === "string" || Number.isFinite(value)),
    );
  const rows = report.rows.map((row) => ({
    ...clean(row.core),
    goals: row.goals,
    hash: row.hash,
    compared: {
      ...Object.fromEntries(Object.entries(row.others).map(([name, summary]) => [name, clean(summary)])),
      ...(NETEQ[row.trace] ? { neteq: { pinned: true, ...NETEQ[row.trace] } } : {}),
    },
  }));
  return JSON.stringify(
    { seeds: report.seeds, hash: report.hash, missed: missedGoals(report), cost: report.cost, rows },
    null,
    2,
  );
}
