import { expect, test } from "vitest";
import type { EnginePlayer } from "../../../bench/jitter/engine-player.ts";
import { longCall, MINUTE_MS, playLongCall } from "../../../bench/jitter/long-call.ts";
import type { Tick } from "../../../bench/jitter/player.ts";
import { scoreTrace } from "../../../bench/jitter/score.ts";
import type { Trace } from "../../../bench/jitter/trace.ts";
import { compileEntry } from "../compile.ts";

// Compiled before any test: it may take longer than a test.
await compileEntry("engine");

async function play(trace: Trace): Promise<{ ticks: Tick[]; hash: string; player: EnginePlayer; bytes: number }> {
  const instance = await compileEntry("engine");
  const { buffer } = instance.exports["memory"] as WebAssembly.Memory;
  return { ...playLongCall(trace, instance), bytes: buffer.byteLength };
}

const meanLevel = (ticks: Tick[], fromMinute: number, toMinute: number): number => {
  const part = ticks.filter((tick) => tick.atMs >= fromMinute * MINUTE_MS && tick.atMs < toMinute * MINUTE_MS);
  return part.reduce((total, tick) => total + tick.levelMs, 0) / part.length;
};

/** `npm run test:long` plays half an hour. */
const minutes = process.env["TEST_LONG"] ? 30 : 10;

test(`${minutes} minutes: the delay does not drift, nothing grows, the clock is known`, {
  timeout: 240_000,
}, async () => {
  const trace = longCall(minutes);
  const { ticks, player, bytes } = await play(trace);
  const score = scoreTrace(trace, ticks, player.counters());
  expect(Math.abs(meanLevel(ticks, minutes - 4, minutes) - meanLevel(ticks, 2, 6))).toBeLessThan(10);
  const settled = ticks.filter((tick) => tick.atMs > MINUTE_MS);
  expect(settled.reduce((most, tick) => Math.max(most, tick.levelMs), 0)).toBeLessThan(700);
  expect(score.driftErrorPpm).toBeLessThan(2);
  expect(score.generatedPct).toBe(0);
  expect(score.lostSamples).toBe(0);
  expect(score.concealedPct).toBeLessThan(1);
  expect(player.engine.memory.buffer.byteLength).toBe(bytes);
});

test("the same call sounds the same, to the bit, every time it is played", { timeout: 120_000 }, async () => {
  const [first, second] = [await play(longCall(2)), await play(longCall(2))];
  expect(first.hash).toBe(second.hash);
  expect(first.hash).not.toBe((await play(longCall(1))).hash);
});
