import { expect, test } from "vitest";
import { AudioHash } from "../../../bench/jitter/audio-hash.ts";
import { EnginePlayer } from "../../../bench/jitter/engine-player.ts";
import { inOrder, stalled, wifi } from "../../../bench/jitter/network.ts";
import { playTrace, type Tick } from "../../../bench/jitter/player.ts";
import { Random } from "../../../bench/jitter/random.ts";
import { scoreTrace } from "../../../bench/jitter/score.ts";
import { makeSpeech } from "../../../bench/jitter/speech.ts";
import { assembleTrace, type Trace } from "../../../bench/jitter/trace.ts";
import { compileEntry } from "../compile.ts";

const MINUTE_MS = 60000;
const PPM = 120;

/** Live speech over wifi from a sender whose clock is 120 ppm fast, with a stall of 400 ms every minute. */
function longCall(minutes: number): Trace {
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

async function play(trace: Trace): Promise<{ ticks: Tick[]; hash: string; player: EnginePlayer; bytes: number }> {
  const hash = new AudioHash();
  const instance = await compileEntry("engine");
  const speech = makeSpeech(5, 30);
  const player = new EnginePlayer(trace, { instance, deviceRate: 16000, speech, hear: (samples) => hash.add(samples) });
  const ticks = playTrace(trace, player);
  return { ticks, hash: hash.text(), player, bytes: player.engine.memory.buffer.byteLength };
}

const meanLevel = (ticks: Tick[], fromMinute: number, toMinute: number): number => {
  const part = ticks.filter((tick) => tick.atMs >= fromMinute * MINUTE_MS && tick.atMs < toMinute * MINUTE_MS);
  return part.reduce((total, tick) => total + tick.levelMs, 0) / part.length;
};

test("thirty minutes: the delay does not drift, nothing grows, the clock is known", { timeout: 240_000 }, async () => {
  const trace = longCall(30);
  const { ticks, player, bytes } = await play(trace);
  const score = scoreTrace(trace, ticks, player.counters());
  expect(Math.abs(meanLevel(ticks, 25, 30) - meanLevel(ticks, 2, 7))).toBeLessThan(10);
  const settled = ticks.filter((tick) => tick.atMs > MINUTE_MS);
  expect(settled.reduce((most, tick) => Math.max(most, tick.levelMs), 0)).toBeLessThan(700);
  expect(score.driftErrorPpm).toBeLessThan(2);
  expect(score.generatedPct).toBe(0);
  expect(score.lostSamples).toBe(0);
  expect(score.concealedPct).toBeLessThan(1);
  expect(player.engine.memory.buffer.byteLength).toBe(bytes);
});

test("the same call sounds the same, to the bit, every time it is played", { timeout: 120_000 }, async () => {
  const [first, second] = [await play(longCall(3)), await play(longCall(3))];
  expect(first.hash).toBe(second.hash);
  expect(first.hash).not.toBe((await play(longCall(2))).hash);
});
