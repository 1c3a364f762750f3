import { type Row, SAMPLES_PER_MS, type Trace } from "./trace.ts";

/**
 * Reads rows of `arrival_ms sequence timestamp_samples length_samples` (16 kHz; blanks or commas between, # begins a comment).
 * Delay is counted from the fastest packet. Packets that are missing or out of order make it RTP.
 */
export function readTraceFile(name: string, text: string): Trace {
  const rows: Row[] = [];
  text.split("\n").forEach((line, i) => {
    const words = line.replace(/#.*/, "").trim();
    if (!words) return;
    const [arrivalMs = Number.NaN, sequence = Number.NaN, timestamp = Number.NaN, samples = Number.NaN] = words
      .split(/[\s,;]+/)
      .map(Number);
    if (![arrivalMs, sequence, timestamp, samples].every(Number.isFinite) || samples <= 0) {
      if (rows.length === 0) return; // a header
      throw new RangeError(
        `${name}:${i + 1}: "${line.trim()}" is not "arrival_ms sequence timestamp_samples length_samples"`,
      );
    }
    rows.push({ arrivalMs, sequence, timestamp, samples, quiet: false });
  });
  if (rows.length === 0)
    throw new RangeError(`${name} has no rows of "arrival_ms sequence timestamp_samples length_samples"`);
  rows.sort((a, b) => a.arrivalMs - b.arrivalMs);
  const startMs = rows[0]?.arrivalMs ?? 0;
  const origin = rows[0]?.timestamp ?? 0;
  for (const row of rows) row.arrivalMs -= startMs;
  const captureMs = rows.map((row) => (row.timestamp - origin) / SAMPLES_PER_MS);
  const rtp = rows.some(
    (row, i) => i > 0 && row.timestamp !== (rows[i - 1]?.timestamp ?? 0) + (rows[i - 1]?.samples ?? 0),
  );
  return {
    kind: name,
    seed: 0,
    rows,
    rtp,
    baseMs: rows.reduce(
      (least, row, i) => Math.min(least, row.arrivalMs - (captureMs[i] ?? 0)),
      Number.POSITIVE_INFINITY,
    ),
    phaseMs: 0,
    seconds: (rows.at(-1)?.arrivalMs ?? 0) / 1000,
    captureMs,
  };
}
