import type { AudioStats } from "../audio/index.ts";
import { type QualityRating, rateQuality } from "./quality.ts";

/** Where the milliseconds between a mouth and an ear go, one way. Undefined: not measured yet. */
export interface DelayStages {
  /** Collecting and encoding one frame in the capture worklet. */
  readonly captureMs: number;
  /** One way between the two ends: half the round trip of `ping`. */
  readonly networkMs: number | undefined;
  /** Time a sample waited in the playout buffer, mean of the last seconds. */
  readonly bufferMs: number;
  /** From the worklet to the loudspeaker, as the browser reports it. */
  readonly outputMs: number;
}

/** What the person here has been hearing in the last seconds, and why. */
export interface CallQuality extends QualityRating {
  readonly stages: DelayStages;
  /** The sender's clock against the device's; undefined before it is known. */
  readonly driftPpm: number | undefined;
  /** What the playout engine is doing, and what it takes the sender for. */
  readonly state: "idle" | "buffering" | "playing";
  readonly sender: "unknown" | "live" | "generated";
}

/** The running sums of a call at one moment. */
interface Sample {
  readonly atMs: number;
  readonly concealed: number;
  readonly total: number;
  readonly waitedSeconds: number;
  readonly emitted: number;
}

/** How far back a rating looks. Long enough for a mean, short enough for a person to see the line recover. */
const WINDOW_MS = 6000;
/** Generated speech runs ahead and waits without anybody waiting for it: what counts is how long its beginning was held. */
const GENERATED_START_MS = 60;

/** Rates what the person here has been hearing in the last seconds. */
export class QualityMeter {
  #samples: Sample[] = [];

  /** Adds the present and rates the window behind it. Undefined before anything was played. */
  rate(
    audio: AudioStats,
    rttMs: number | undefined,
    nowMs: number,
  ): { delay: DelayStages; quality: CallQuality | undefined } {
    const { playback } = audio;
    const sample: Sample = {
      atMs: nowMs,
      // A browser makes sound up, and then silence, while a peer that has nothing to say sends nothing: silence is not a fault there.
      concealed:
        (playback?.concealedSamples ?? 0) - (audio.link === "track" ? (playback?.silentConcealedSamples ?? 0) : 0),
      total: playback?.totalSamplesReceived ?? 0,
      waitedSeconds: playback?.jitterBufferDelay ?? 0,
      emitted: playback?.jitterBufferEmittedCount ?? 0,
    };
    if (sample.total < (this.#samples.at(-1)?.total ?? 0)) this.#samples = []; // the audio was started anew
    this.#samples = [...this.#samples.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS), sample];
    const first = this.#samples[0] ?? sample;
    const [from, heard] = this.#samples.length > 1 ? [first, sample.total - first.total] : [empty, sample.total];
    const emitted = sample.emitted - from.emitted;
    const waitedMs = emitted > 0 ? (1000 * (sample.waitedSeconds - from.waitedSeconds)) / emitted : 0;
    const bufferMs = playback?.sender === "generated" ? Math.min(waitedMs, GENERATED_START_MS) : waitedMs;
    const delay: DelayStages = {
      captureMs: audio.captureMs,
      networkMs: rttMs === undefined ? undefined : rttMs / 2,
      bufferMs,
      outputMs: audio.outputMs,
    };
    if (!playback || sample.total === 0) return { delay, quality: undefined };
    const delayMs = delay.captureMs + (delay.networkMs ?? 0) + delay.bufferMs + delay.outputMs;
    const concealedPct = heard > 0 ? (100 * (sample.concealed - from.concealed)) / heard : 0;
    const { driftPpm, state, sender } = playback;
    return { delay, quality: { ...rateQuality({ delayMs, concealedPct }), stages: delay, driftPpm, state, sender } };
  }
}

const empty: Omit<Sample, "atMs"> = { concealed: 0, total: 0, waitedSeconds: 0, emitted: 0 };
