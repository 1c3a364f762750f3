import { describe, expect, test } from "vitest";
import { makeTrace } from "../../../bench/jitter/definitions.ts";
import { EnginePlayer } from "../../../bench/jitter/engine-player.ts";
import { playTrace } from "../../../bench/jitter/player.ts";
import { scoreTrace } from "../../../bench/jitter/score.ts";
import { assembleTrace, BASE_MS } from "../../../bench/jitter/trace.ts";
import { compileEntry } from "../compile.ts";

// Compiled before any test: it may take longer than a test.
await compileEntry("engine");

describe("after a stall, speech in a noisy room is back at its delay", () => {
  test.each([
    ["stall400n", 1200],
    ["stall1000n", 2500],
  ])("%s: within %i ms, every time", { timeout: 120_000 }, async (kind, withinMs) => {
    for (const seed of [1, 2]) {
      const trace = makeTrace(kind, seed);
      const player = new EnginePlayer(trace, { instance: await compileEntry("engine") });
      const score = scoreTrace(trace, playTrace(trace, player), player.counters());
      expect(score.worstRecoveryMs, `seed ${seed}`).toBeLessThanOrEqual(withinMs);
      expect(score.lostSamples).toBe(0);
    }
  });
});

test("a machine that is busy while the call begins does not make it late for longer than five seconds", async () => {
  const [heldFromMs, heldMs] = [3000, 235];
  const arrivals = Array.from({ length: 1000 }, (_, i) => {
    const dueMs = 20 * i;
    return BASE_MS + (dueMs >= heldFromMs && dueMs < heldFromMs + heldMs ? heldFromMs + heldMs : dueMs);
  });
  const trace = assembleTrace("busy start", 1, 3, { arrivals });
  const player = new EnginePlayer(trace, { instance: await compileEntry("engine") });
  const ticks = playTrace(trace, player);
  const targetAt = (ms: number): number => ticks.find(({ atMs }) => atMs >= ms)!.targetMs;
  expect(targetAt(heldFromMs + 1300)).toBeGreaterThan(150); // it was taken for jitter, as it might have been
  expect(targetAt(heldFromMs + 5000)).toBeLessThan(100);
});
