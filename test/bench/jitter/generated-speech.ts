import { inOrder, type Jitter } from "./network.ts";
import type { Random } from "./random.ts";
import { BASE_MS, PACKET_SAMPLES, SAMPLES_PER_MS, type TraceParts } from "./trace.ts";

export interface SpeechOptions {
  /** Times real time. */
  rate: number;
  /** In chunks of 100–1000 ms, each sent when its last sample exists; else in 20 ms rows. */
  chunked?: boolean;
  utteranceMs?: number;
  everyMs?: number;
  jitter?: Jitter;
  /** Mark the end of an utterance as low energy. */
  tailQuiet?: boolean;
}

const UTTERANCES = 8;

/** Utterances of generated speech that arrive `rate` times faster than real time. */
export function generatedSpeech(random: Random, options: SpeechOptions): TraceParts {
  const { rate, chunked = false, utteranceMs = 10000, everyMs = 12000, tailQuiet = true } = options;
  const parts = {
    arrivals: [] as number[],
    utterance: [] as number[],
    lengths: [] as number[],
    quiet: [] as boolean[],
  };
  for (let number = 0; number < UTTERANCES; number++) {
    const start = number * everyMs + random.between(0, 400);
    const length = utteranceMs * random.between(0.6, 1);
    let first = Number.NaN;
    for (let done = 0; done < length - 1e-6; ) {
      const piece = chunked ? random.between(100, 1000) : 20;
      const chunk = Math.max(
        20,
        20 * Math.round(Math.min(20 * Math.max(1, Math.round(piece / 20)), length - done) / 20),
      );
      done += chunk;
      if (Number.isNaN(first)) first = chunk / rate;
      parts.arrivals.push(start + BASE_MS + done / rate - first);
      parts.lengths.push(chunked ? chunk * SAMPLES_PER_MS : PACKET_SAMPLES);
      parts.utterance.push(number);
      parts.quiet.push(false);
    }
    for (let i = 1; tailQuiet && i <= (chunked ? 1 : 3); i++) parts.quiet[parts.quiet.length - i] = true;
  }
  const { jitter } = options;
  if (jitter) {
    const extra = jitter(random, parts.arrivals.length);
    parts.arrivals = inOrder(parts.arrivals.map((at, i) => at + (extra[i] ?? 0)));
  }
  return { ...parts, timestamps: positionsOf(parts.lengths) };
}

export interface MixOptions {
  rate: number;
  /** What lies between live silence and a burst: nothing, a gap of 100–600 ms before it, or silence until it has been played. */
  between: "nothing" | "gap" | "played";
}

/** Live silence at 1× between seven bursts of generated speech, with wifi jitter. */
export function mixedSpeech(random: Random, jitter: Jitter, { rate, between }: MixOptions): TraceParts {
  const parts = { arrivals: [] as number[], utterance: [] as number[], quiet: [] as boolean[] };
  let at = 0;
  const add = (count: number, stepMs: number, utterance: number, quiet: (i: number) => boolean): void => {
    for (let i = 0; i < count; i++) {
      parts.arrivals.push(at + stepMs * i);
      parts.utterance.push(utterance);
      parts.quiet.push(quiet(i));
    }
  };
  for (let number = 0; number < 7; number++) {
    const silent = Math.floor(random.between(2500, 7000) / 20);
    add(silent, 20, -1, () => true);
    at += 20 * silent;
    if (between === "gap") at += random.between(100, 600);
    const loud = Math.floor(random.between(3000, 8000) / 20);
    add(loud, 20 / rate, number, (i) => i >= loud - 5);
    at += between === "played" ? 20 * loud : (20 * loud) / rate;
  }
  const extra = jitter(random, parts.arrivals.length);
  const arrivals = inOrder(parts.arrivals.map((t, i) => t + BASE_MS + (extra[i] ?? 0)));
  return { ...parts, arrivals, extra: { mixed: true } };
}

function positionsOf(lengths: number[]): number[] {
  let total = 0;
  return lengths.map((length) => {
    total += length;
    return total - length;
  });
}
