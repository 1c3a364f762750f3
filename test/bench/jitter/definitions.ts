import { generatedSpeech, mixedSpeech } from "./generated-speech.ts";
import { gilbertElliott, halfNormal, inOrder, type Jitter, lte, stalled, tcp, wifi } from "./network.ts";
import { Random } from "./random.ts";
import { assembleTrace, BASE_MS, type Trace, type TraceParts } from "./trace.ts";

/** Packets of two minutes. */
const COUNT = 6000;
const DRIFT_COUNT = 15000;

type Definition = (random: Random) => TraceParts;

/** Live speech through a jitter, in order. */
const live =
  (jitter: Jitter, options: { count?: number; sendMs?: number } = {}): Definition =>
  (random) => {
    const { count = COUNT, sendMs = 20 } = options;
    const extra = jitter(random, count);
    return { arrivals: inOrder(extra.map((ms, i) => i * sendMs + BASE_MS + ms)) };
  };

const stall =
  (durationMs: number, everyMs: number, { jitter = halfNormal(2) as Jitter, noisy = false } = {}): Definition =>
  (random) => {
    const arrivals = jitter(random, COUNT).map((ms, i) => i * 20 + BASE_MS + ms);
    return {
      arrivals: inOrder(stalled(arrivals, durationMs, everyMs, COUNT * 20)),
      extra: { stall: { durationMs, everyMs }, noisy },
    };
  };

const stallAtStart =
  (durationMs: number): Definition =>
  (random) => {
    const arrivals = wifi(random, 1500).map((ms, i) => Math.max(i * 20 + BASE_MS + ms, durationMs + BASE_MS));
    return { arrivals: inOrder(arrivals), extra: { stallAtStartMs: durationMs } };
  };

const drift =
  (ppm: number, jitter: Jitter = halfNormal(2), stalls = false): Definition =>
  (random) => {
    const captureMs = Array.from({ length: DRIFT_COUNT }, (_, i) => i * 20 * (1 - ppm * 1e-6));
    const extra = jitter(random, DRIFT_COUNT);
    const arrivals = captureMs.map((ms, i) => ms + BASE_MS + (extra[i] ?? 0));
    const delayed = stalls ? stalled(arrivals, 400, 10000, DRIFT_COUNT * 20) : arrivals;
    return { arrivals: inOrder(delayed), captureMs, extra: { ppm } };
  };

const loss =
  (share: number, burst: number): Definition =>
  (random) => {
    const { arrivals } = live(wifi)(random);
    return { arrivals, kept: gilbertElliott(random, COUNT, share, burst), rtp: true };
  };

const reorder: Definition = (random) => {
  const { arrivals } = live(wifi)(random);
  return { arrivals: arrivals.map((at) => (random.unit() < 0.05 ? at + 45 : at)), rtp: true };
};

/** Live speech with pauses in which nothing is sent. */
const pauses =
  (jitter: Jitter, tailQuiet: boolean): Definition =>
  (random) => {
    const captureMs: number[] = [];
    const quiet: boolean[] = [];
    for (let at = 0; at < 118000; ) {
      const talk = Math.floor(random.between(500, 4000) / 20);
      for (let i = 0; i < talk; i++) {
        captureMs.push(at + 20 * i);
        quiet.push(tailQuiet && i >= talk - 5);
      }
      at += 20 * talk + 20 * Math.floor(random.between(200, 3000) / 20);
    }
    const extra = jitter(random, captureMs.length);
    return { arrivals: inOrder(captureMs.map((ms, i) => ms + BASE_MS + (extra[i] ?? 0))), captureMs, quiet };
  };

/** The route changes by `stepMs` after a minute. */
const routeStep =
  (stepMs: number): Definition =>
  (random) => {
    const before = stepMs < 0 ? -stepMs : 0;
    const extra = wifi(random, COUNT).map((ms, i) => ms + before + (i * 20 > 60000 ? stepMs : 0));
    return { arrivals: inOrder(extra.map((ms, i) => i * 20 + BASE_MS + ms)) };
  };

const asRtp =
  (definition: Definition): Definition =>
  (random) => ({ ...definition(random), rtp: true });

const speech =
  (rate: number, options: Omit<Parameters<typeof generatedSpeech>[1], "rate"> = {}): Definition =>
  (random) =>
    generatedSpeech(random, { rate, ...options });

const mix =
  (rate: number, between: "nothing" | "gap" | "played"): Definition =>
  (random) =>
    mixedSpeech(random, wifi, { rate, between });

const slow = { utteranceMs: 8000, everyMs: 16000 };

/** Every trace by name: 20 ms packets at 16 kHz, base delay 50 ms, two minutes (drift: five). */
export const DEFINITIONS: Readonly<Record<string, Definition>> = {
  clean: live(halfNormal(1)),
  wifi: live(wifi),
  lte: live(lte),
  tcp1: live(tcp(0.01)),
  tcp3: live(tcp(0.03)),
  stall400: stall(400, 10000),
  stall1000: stall(1000, 20000),
  stall400w: stall(400, 10000, { jitter: wifi }),
  stall400n: stall(400, 10000, { noisy: true }),
  stall1000n: stall(1000, 20000, { noisy: true }),
  start400: stallAtStart(400),
  start1000: stallAtStart(1000),
  drift300: drift(300),
  "drift-300": drift(-300),
  driftw300: drift(300, wifi),
  "driftw-300": drift(-300, wifi),
  driftl300: drift(300, lte),
  drifts300: drift(300, halfNormal(2), true),
  dtx: pauses(wifi, true),
  dtxn: pauses(wifi, false),
  dtxlte: pauses(lte, true),
  "step+80": routeStep(80),
  "step-80": routeStep(-80),
  loss5: loss(0.05, 1.5),
  loss10: loss(0.1, 2),
  loss20: loss(0.2, 3),
  reorder5: reorder,
  rtplte: asRtp(live(lte)),
  rtptcp3: asRtp(live(tcp(0.03))),
  "tts1.2": speech(1.2),
  tts2: speech(2),
  tts4: speech(4),
  tts50: speech(50),
  "ttsj1.2": speech(1.2, { jitter: wifi }),
  ttsj4: speech(4, { jitter: wifi }),
  ttq4: speech(4, { tailQuiet: false }),
  rtptts4: asRtp(speech(4)),
  "chunk1.2": speech(1.2, { chunked: true }),
  chunk2: speech(2, { chunked: true }),
  chunk4: speech(4, { chunked: true }),
  chunk50: speech(50, { chunked: true }),
  "mix1.2": mix(1.2, "nothing"),
  mix2: mix(2, "nothing"),
  mix4: mix(4, "nothing"),
  mix50: mix(50, "nothing"),
  "mixg1.2": mix(1.2, "gap"),
  mixg2: mix(2, "gap"),
  mixg4: mix(4, "gap"),
  mixg50: mix(50, "gap"),
  "mixp1.2": mix(1.2, "played"),
  mixp4: mix(4, "played"),
  "slow0.8": speech(0.8, slow),
  "slowc0.8": speech(0.8, { ...slow, chunked: true }),
};

export function makeTrace(kind: string, seed: number): Trace {
  const definition = DEFINITIONS[kind];
  if (!definition)
    throw new RangeError(`no trace is called "${kind}"; there are ${Object.keys(DEFINITIONS).join(", ")}`);
  const phaseMs = new Random(`phase/${seed}`).between(0, 20);
  return assembleTrace(kind, seed, phaseMs, definition(new Random(`${kind}/${seed}`)));
}
