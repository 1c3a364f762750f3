import { NETEQ } from "./neteq.ts";
import type { Tick } from "./player.ts";
import { missedGoals, type Report, type Row, toText } from "./report.ts";

const COLOURS = { core: "#1565c0", skip: "#ef6c00", fifo: "#8d6e63", neteq: "#6a1b9a" } as const;
const NAMES = { core: "this core", skip: "FIFO that skips", fifo: "plain FIFO", neteq: "NetEQ (pinned)" } as const;
type Series = keyof typeof COLOURS;

const escapeText = (text: string): string =>
  text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c] ?? c);

/** A page that stands alone: bars of the impairment, delay over time of a stalled call, and the tables. */
export function toHtml(report: Report, stalled: readonly Tick[]): string {
  const missed = missedGoals(report);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Jitter bench</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#222}
pre{font-size:12px;overflow-x:auto;background:#f6f6f6;padding:1rem}svg{max-width:100%;height:auto}figcaption{color:#555}
</style></head><body>
<h1>Jitter bench</h1>
<p>${report.seeds} seeds a trace. ${missed.length === 0 ? "Every goal is met." : `${missed.length} goals are missed.`}</p>
<figure>${impairmentBars(report.rows)}<figcaption>Impairment ΔR of live speech (ITU-T G.107; less is better), at most 60 shown.</figcaption></figure>
${stalled.length ? `<figure>${timeline(stalled)}<figcaption>A network that stalls for 400 ms every 10 s: media held (blue), target (grey), ticks accelerated (green) and concealed (red).</figcaption></figure>` : ""}
<pre>${escapeText(toText(report))}</pre>
</body></html>
`;
}

function impairmentBars(rows: readonly Row[]): string {
  const live = rows.filter((row) => !Number.isNaN(row.core.delayMs));
  const series: Series[] = ["core", "skip", "fifo", "neteq"];
  const barHeight = 7;
  const rowHeight = barHeight * series.length + 8;
  const left = 110;
  const scale = (value: number): number => Math.min(60, value) * 10;
  const bars = live.flatMap((row, i) =>
    series.map((name, k) => {
      const value =
        name === "core"
          ? row.core.deltaR
          : name === "neteq"
            ? (NETEQ[row.trace]?.deltaR ?? 0)
            : (row.others[name]?.deltaR ?? 0);
      const y = 30 + i * rowHeight + k * barHeight;
      return `<rect x="${left}" y="${y}" width="${scale(value).toFixed(1)}" height="${barHeight - 1}" fill="${COLOURS[name]}"><title>${escapeText(row.trace)}, ${NAMES[name]}: ${value.toFixed(1)}</title></rect>`;
    }),
  );
  const labels = live.map(
    (row, i) =>
      `<text x="${left - 8}" y="${30 + i * rowHeight + 2.5 * barHeight}" text-anchor="end">${escapeText(row.trace)}</text>`,
  );
  const legend = series.map(
    (name, k) => `<text x="${left + 150 * k}" y="16" fill="${COLOURS[name]}">■ ${NAMES[name]}</text>`,
  );
  const height = 40 + live.length * rowHeight;
  return `<svg viewBox="0 0 760 ${height}" width="760" height="${height}" font-size="12" role="img" aria-label="Impairment by trace">${legend.join("")}${labels.join("")}${bars.join("")}</svg>`;
}

function timeline(ticks: readonly Tick[]): string {
  const shown = ticks.filter((tick) => tick.atMs < 30000);
  const x = (atMs: number): string => ((atMs / 30000) * 740 + 10).toFixed(1);
  const y = (ms: number): string => (210 - Math.min(500, Math.max(0, ms)) * 0.4).toFixed(1);
  const line = (value: (tick: Tick) => number, colour: string): string =>
    `<polyline fill="none" stroke="${colour}" points="${shown
      .filter((_, i) => i % 4 === 0)
      .map((tick) => `${x(tick.atMs)},${y(value(tick))}`)
      .join(" ")}"/>`;
  const marks = shown
    .filter((tick) => "AXC".includes(tick.operation))
    .map((tick) => `<path d="M${x(tick.atMs)} 214v6" stroke="${tick.operation === "A" ? "#2e7d32" : "#c62828"}"/>`);
  return `<svg viewBox="0 0 760 230" width="760" height="230" role="img" aria-label="Buffer level over 30 s">${line((tick) => tick.targetMs, "#999")}${line((tick) => tick.levelMs, COLOURS.core)}${marks.join("")}</svg>`;
}
