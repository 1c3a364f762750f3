import { pathNames, pathTitles } from "./paths.ts";
import type { Goal, RowResult } from "./row.ts";

export interface Report {
  readonly machine: { readonly browser: string; readonly cpu: string; readonly cores: number; readonly node: string };
  readonly quick: boolean;
  readonly calls: number;
  readonly rows: readonly RowResult[];
}

export const missedGoals = ({ rows }: Report): string[] =>
  rows.flatMap(({ goals }) => goals.filter(({ met }) => !met).map(({ text }) => text));

/** One row as it was finished: its cells, every figure, and its goals. */
export function rowText({ title, cells, figures, goals }: RowResult): string {
  const known = pathNames.filter((path) => cells[path] !== undefined);
  return [
    `${title}: ${known.map((path) => `${pathTitles[path]} ${cells[path]}`).join(" | ")}`,
    `  ${JSON.stringify(figures)}`,
    ...goals.map(goalText),
  ].join("\n");
}

const goalText = ({ text, met }: Goal): string => `  ${met ? "met   " : "MISSED"}  ${text}`;

/** For a terminal: what is compared beside each other, then the goals. */
export function toText(report: Report): string {
  const { machine, rows } = report;
  const head = ["", ...pathNames.map((path) => pathTitles[path])];
  const body = rows.map(({ title, cells }) => [title, ...pathNames.map((path) => cells[path] ?? "–")]);
  const goals = rows.flatMap(({ goals }) => goals);
  const missed = missedGoals(report);
  return [
    `Chromium ${machine.browser}, ${machine.cores} × ${machine.cpu}, Node ${machine.node}${report.quick ? "; quick: figures are rough" : ""}`,
    table([head, ...body]),
    [`goals met: ${goals.length - missed.length} of ${goals.length}`, ...goals.map(goalText)].join("\n"),
  ].join("\n\n");
}

function table(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** For programs: every figure by its name, medians with their spread beside them. */
export function toJson(report: Report): string {
  const { machine, quick, calls, rows } = report;
  const figures = Object.assign({}, ...rows.map((row) => row.figures)) as Record<string, unknown>;
  const spread = Object.assign({}, ...rows.map((row) => row.spreads ?? {})) as Record<string, unknown>;
  const goals = rows.flatMap((row) => row.goals);
  return JSON.stringify({ ...figures, spread, goals, missed: missedGoals(report), machine, quick, calls }, null, 2);
}
