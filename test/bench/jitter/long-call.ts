import { AudioHash } from "./audio-hash.ts";
import { EnginePlayer } from "./engine-player.ts";
import { inOrder, stalled, wifi } from "./network.ts";
import { playTrace, type Tick } from "./player.ts";
import { Random } from "./random.ts";
import { makeSpeech } from "./speech.ts";
import { assembleTrace, type Trace } from "./trace.ts";

export const MINUTE_MS = 60000;
const PPM = 120;

/** Live speech over wifi from a sender whose clock is 120 ppm fast, with a stall of 400 ms every minute. */
export function longCall(minutes: number): Trace {
  const random = new Random("soak");
  const count = (minutes * MINUTE_MS) / 20;
  const captureMs = Array.from({ length: count }, (_, i) => i * 20 * (1 - PPM * 1e-6));
  const jitter = wifi(random, count);
  const arrivals = stalled(
    captureMs.map((ms, i) => ms + 50 + (jitter[i] ?? 0)),
    400,
    MINUTE_MS,
    minutes * MINUTE_MS,
  );
  return assembleTrace("soak", 1, 7, { arrivals: inOrder(arrivals), captureMs, extra: { ppm: PPM } });
}

/** Made once, read only. */
let speech: ReturnType<typeof makeSpeech> | undefined;

/** Plays it on a device at the codec rate. Runs in Node and in browsers. */
export function playLongCall(
  trace: Trace,
  instance: WebAssembly.Instance,
): { ticks: Tick[]; hash: string; player: EnginePlayer } {
  const hash = new AudioHash();
  const hear = (samples: Float32Array): void => hash.add(samples);
  speech ??= makeSpeech(5, 30);
  const player = new EnginePlayer(trace, { instance, deviceRate: 16000, speech, hear });
  const ticks = playTrace(trace, player);
  return { ticks, hash: hash.text(), player };
}
