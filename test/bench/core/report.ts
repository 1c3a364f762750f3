import type { ConcealmentRow } from "./concealment.ts";
import { concealmentTable } from "./concealment.ts";
import type { ConferenceResult } from "./conference.ts";
import type { ResponseRow } from "./resampler-response.ts";
import type { StageRow } from "./stage.ts";

export interface CoreReport {
  readonly machine: { readonly node: string; readonly cpu: string; readonly arch: string };
  readonly stages?: readonly StageRow[];
  readonly resampler?: readonly ResponseRow[];
  readonly conference?: ConferenceResult;
  readonly concealment?: readonly ConcealmentRow[];
}

/** Columns as wide as their longest cell; the first one is ranged left, the others right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

const micro = (us: number) => (us < 10 ? us.toFixed(2) : us.toFixed(1));
const decibel = (db: number | null) => (db === null ? "–" : db.toFixed(2));

function stagesText(rows: readonly StageRow[]): string {
  const cells = rows.map((row) => [
    row.stage,
    micro(row.wasmUs),
    micro(row.plainUs),
    `${row.ratio.toFixed(row.ratio < 10 ? 2 : 1)}×`,
    `${micro(row.wasmP99Us)} / ${row.callMs} ms`,
    `  ${row.plainIs}`,
  ]);
  return [
    "Time per 10 ms of sound, µs; the ratio is how many times faster the core is",
    table(["stage", "core", "JavaScript", "ratio", "core p99 per call (clock)", "  the JavaScript is"], cells),
  ].join("\n");
}

function responseText(rows: readonly ResponseRow[]): string {
  const cells = rows.map((row) => [
    `${row.from / 1000} to ${row.to / 1000} kHz`,
    row.rippleDb.toFixed(3),
    decibel(row.gainAt85Db),
    decibel(row.gainAt90Db),
    row.imagesDb.toFixed(0),
    row.aliasesDb === null ? "–" : row.aliasesDb.toFixed(0),
    row.latencyMs.toFixed(2),
  ]);
  return [
    "Resampler response (goal: ±0.1 dB to .85 Nyquist, −0.5 dB at .90, images ≤ −100 dB, ≤ 2.5 ms)",
    table(["rates", "ripple dB", "at .85 dB", "at .90 dB", "images dB", "aliases dB", "latency ms"], cells),
  ].join("\n");
}

function conferenceText(result: ConferenceResult): string {
  const percent = (value: number) => `${value.toFixed(2)} %`;
  return [
    `Conference: ${result.streams} streams of G.722 through ${result.streams} playback instances and the mixer, ${result.seconds} s (goal: < 25 % of one core)`,
    table(
      ["of one core", "sum", "playback", "mixer", "(encoding the mixes)", "concealed"],
      [
        [
          "",
          percent(result.percentOfCore),
          percent(result.playbackPercent),
          percent(result.mixerPercent),
          percent(result.encodePercent),
          percent(result.concealedPercent),
        ],
      ],
    ),
  ].join("\n");
}

export function reportText(report: CoreReport): string {
  const { machine, stages, resampler, conference, concealment } = report;
  return [
    `${machine.cpu}, ${machine.arch}, Node ${machine.node}`,
    ...(stages ? [stagesText(stages)] : []),
    ...(resampler ? [responseText(resampler)] : []),
    ...(conference ? [conferenceText(conference)] : []),
    ...(concealment ? [`Concealment of spoken sentences\n${concealmentTable(concealment)}`] : []),
  ].join("\n\n");
}
