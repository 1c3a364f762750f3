export const SAMPLE_RATE = 16000;
export const SAMPLES_PER_MS = 16;
export const PACKET_SAMPLES = 320;
/** One-way delay of the network without jitter. */
export const BASE_MS = 50;

export interface Row {
  arrivalMs: number;
  sequence: number;
  /** Media position of the first sample (RTP timestamp); raw players count bytes instead. */
  timestamp: number;
  samples: number;
  quiet: boolean;
}

/** What arrives when. Live traces have capture times, generated speech has utterances. */
export interface Trace {
  /** Name of its definition, such as "wifi". */
  kind: string;
  seed: number;
  rows: Row[];
  /** Packets carry positions and may be lost or reordered. */
  rtp: boolean;
  baseMs: number;
  /** Random 0–20 ms between arrivals and ticks. */
  phaseMs: number;
  seconds: number;
  /** When the first sample of each row was captured, ms; undefined for generated speech. */
  captureMs?: number[];
  /** Utterance number of each row, −1 for live silence between; undefined for live speech. */
  utterance?: number[];
  stall?: { durationMs: number; everyMs: number };
  stallAtStartMs?: number;
  ppm?: number;
  /** Live silence between bursts of generated speech. */
  mixed?: boolean;
  /** The talker is in a noisy room. */
  noisy?: boolean;
}

export interface TraceParts {
  arrivals: number[];
  timestamps?: number[];
  lengths?: number[];
  quiet?: boolean[];
  /** False where the network lost the packet. */
  kept?: boolean[];
  captureMs?: number[];
  utterance?: number[];
  rtp?: boolean;
  baseMs?: number;
  extra?: Pick<Trace, "stall" | "stallAtStartMs" | "ppm" | "mixed" | "noisy">;
}

const microseconds = (ms: number): number => Math.round(ms * 1000) / 1000;

/** Sorts by arrival and shifts everything by the phase of the seed. */
export function assembleTrace(kind: string, seed: number, phaseMs: number, parts: TraceParts): Trace {
  const { arrivals, kept } = parts;
  const timestamps = parts.timestamps ?? arrivals.map((_, i) => i * PACKET_SAMPLES);
  const order = arrivals.map((_, i) => i).filter((i) => kept?.[i] ?? true);
  order.sort((a, b) => (arrivals[a] ?? 0) - (arrivals[b] ?? 0) || a - b);
  const rows = order.map((i) => ({
    arrivalMs: microseconds((arrivals[i] ?? 0) + phaseMs),
    sequence: i,
    timestamp: timestamps[i] ?? 0,
    samples: parts.lengths?.[i] ?? PACKET_SAMPLES,
    quiet: parts.quiet?.[i] ?? false,
  }));
  const trace: Trace = {
    kind,
    seed,
    rows,
    rtp: parts.rtp ?? false,
    baseMs: (parts.baseMs ?? BASE_MS) + phaseMs,
    phaseMs,
    seconds: ((rows.at(-1)?.arrivalMs ?? 0) - phaseMs) / 1000,
    ...parts.extra,
  };
  if (parts.utterance) trace.utterance = order.map((i) => parts.utterance?.[i] ?? -1);
  else trace.captureMs = order.map((i) => parts.captureMs?.[i] ?? (timestamps[i] ?? 0) / SAMPLES_PER_MS);
  return trace;
}

/** Media position of every row, in row order: its timestamp, or the samples that arrived before it. */
export function mediaPositions(trace: Trace): number[] {
  const first = trace.rows[0]?.timestamp ?? 0;
  let total = 0;
  return trace.rows.map((row) => {
    const at = trace.rtp ? row.timestamp - first : total;
    total += row.samples;
    return at;
  });
}
