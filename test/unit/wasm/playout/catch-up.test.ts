import { describe, expect, test } from "vitest";
import { makeTrace } from "../../../bench/jitter/definitions.ts";
import { EnginePlayer } from "../../../bench/jitter/engine-player.ts";
import { playTrace } from "../../../bench/jitter/player.ts";
import { scoreTrace } from "../../../bench/jitter/score.ts";
import { compileEntry } from "../compile.ts";

// Compiled before any test: it may take longer than a test.
await compileEntry("engine");

describe("after a stall, speech in a noisy room is back at its delay", () => {
  test.each([
    ["stall400n", 1200],
    ["stall1000n", 2500],
  ])("%s: within %i ms, every time", { timeout: 120_000 }, async (kind, withinMs) => {
    for (const seed of [1, 2, 3]) {
      const trace = makeTrace(kind, seed);
      const player = new EnginePlayer(trace, { instance: await compileEntry("engine") });
      const score = scoreTrace(trace, playTrace(trace, player), player.counters());
      expect(score.worstRecoveryMs, `seed ${seed}`).toBeLessThanOrEqual(withinMs);
      expect(score.lostSamples).toBe(0);
    }
  });
});
