import type { Trace, TraceRecord } from "../../session/index.ts";

const beginning = 160;
const arrows = { sent: "→", received: "←" } as const;

/** A trace as lines: time, direction, what. */
export function traceLines(trace: Trace, { whole }: { readonly whole: boolean }): string[] {
  return trace.records.map((record) => {
    const [sign, text] = describe(record, whole ? Number.POSITIVE_INFINITY : beginning);
    return `${(record.t / 1000).toFixed(3).padStart(9)} ${sign} ${text}`;
  });
}

function describe(record: TraceRecord, maxChars: number): readonly [sign: string, text: string] {
  switch (record.type) {
    case "session":
      return ["●", `session, ${record.role} side`];
    case "open":
      return ["●", `connected: ${record.kind}, ${record.profile}`];
    case "text": {
      const cut = record.wholeChars === undefined ? "" : ` (cut: ${record.wholeChars} characters)`;
      return [arrows[record.way], shorten(record.text, maxChars) + cut];
    }
    case "frames": {
      const refused = record.refused ? `, ${record.refused} not taken by the connection` : "";
      return [arrows[record.way], `${framesText(record.bytes, record.at)}${refused}`];
    }
    case "media-connected":
      return ["●", "sound passes between other threads from here"];
    case "state":
      return ["●", `${record.previous} → ${record.state}`];
    case "fault":
      return ["!", `${record.at ? `${record.at}: ` : ""}${record.error.message}`];
    case "stats":
      return ["·", statsText(record)];
    case "close":
      return ["●", `connection closed by ${record.by}: ${record.code} ${record.reason}`.trim()];
    case "end":
      return ["●", `ended by ${record.by}: ${record.reason}${record.error ? ` (${record.error.message})` : ""}`];
    case "note":
      return [
        "#",
        `${record.name} ${record.data === undefined ? "" : shorten(JSON.stringify(record.data), maxChars)}`.trim(),
      ];
    case "gap":
      return ["…", `${record.lines} lines left out here`];
  }
}

function shorten(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars)}…`;
}

function framesText(bytes: readonly number[], at: readonly number[]): string {
  const total = bytes.reduce((sum, length) => sum + length, 0);
  const spanMs = (at.at(-1) ?? 0) - (at[0] ?? 0);
  const longestMs = at.reduce((longest, time, i) => Math.max(longest, i === 0 ? 0 : time - at[i - 1]!), 0);
  const spread = bytes.length > 1 ? ` in ${Math.round(spanMs)} ms, longest pause ${Math.round(longestMs)} ms` : "";
  return `${bytes.length} frames, ${total} bytes${spread}`;
}

function statsText({ session, transport }: Extract<TraceRecord, { type: "stats" }>): string {
  const rtt = session.rttMs === undefined ? "" : `, rtt ${session.rttMs} ms`;
  if (!transport) return `stats${rtt}`;
  const { sentFrames, receivedFrames, droppedUplinkFrames, droppedDownlinkFrames } = transport;
  return `stats: ${sentFrames} frames sent, ${receivedFrames} received, ${droppedUplinkFrames + droppedDownlinkFrames} dropped${rtt}`;
}

export interface TraceFigures {
  readonly startedAt: string;
  readonly durationMs: number;
  readonly texts: { readonly sent: number; readonly received: number };
  readonly frames: { readonly sent: number; readonly received: number };
  readonly bytes: { readonly sent: number; readonly received: number };
  /** The longest time without sound, once there was some. */
  readonly longestPauseMs: { readonly sent: number; readonly received: number };
  readonly faults: number;
  readonly reconnections: number;
  readonly end: string | undefined;
  readonly skippedLines: number;
}

export function traceSummary(trace: Trace): { readonly figures: TraceFigures; readonly lines: string[] } {
  const count = () => ({ sent: 0, received: 0 });
  const [texts, frames, bytes, longestPauseMs] = [count(), count(), count(), count()];
  const lastAt: Partial<Record<"sent" | "received", number>> = {};
  let [faults, opens] = [0, 0];
  let end: string | undefined;
  for (const record of trace.records) {
    if (record.type === "text") texts[record.way]++;
    else if (record.type === "fault") faults++;
    else if (record.type === "open") opens++;
    else if (record.type === "end") end = `${record.reason} (${record.by})`;
    else if (record.type === "frames") {
      const { way } = record;
      frames[way] += record.bytes.length;
      bytes[way] += record.bytes.reduce((sum, length) => sum + length, 0);
      for (const at of record.at) {
        const time = record.t + at;
        longestPauseMs[way] = Math.max(longestPauseMs[way], time - (lastAt[way] ?? time));
        lastAt[way] = time;
      }
    }
  }
  const startedAt = new Date(trace.header.startedAt).toISOString();
  const durationMs = trace.records.reduce((latest, { t }) => Math.max(latest, t), 0);
  const reconnections = Math.max(0, opens - 1);
  const { skippedLines } = trace;
  const figures = {
    startedAt,
    durationMs,
    texts,
    frames,
    bytes,
    longestPauseMs,
    faults,
    reconnections,
    end,
    skippedLines,
  };
  const lines = [
    `began ${startedAt}, ${(durationMs / 1000).toFixed(1)} s, ${end === undefined ? "no end in it" : `ended: ${end}`}`,
    `messages: ${texts.sent} sent, ${texts.received} received; ${faults} faults, ${reconnections} reconnections`,
    `frames: ${frames.sent} sent (${bytes.sent} bytes), ${frames.received} received (${bytes.received} bytes)`,
    `longest pause: ${Math.round(longestPauseMs.sent)} ms sent, ${Math.round(longestPauseMs.received)} ms received`,
    ...(skippedLines > 0 ? [`${skippedLines} lines could not be read`] : []),
  ];
  return { figures, lines };
}
