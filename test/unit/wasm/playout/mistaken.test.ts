import { describe, expect, test } from "vitest";
import { makeTrace } from "../../../bench/jitter/definitions.ts";
import { LawPlayer } from "../../../bench/jitter/law-player.ts";
import { playTrace } from "../../../bench/jitter/player.ts";
import { compileEntry } from "../compile.ts";

// Compiled before any test: it may take longer than a test.
await compileEntry("playout");

const SEEDS = Array.from({ length: 10 }, (_, i) => 700 + i);

describe("the sender is not mistaken", () => {
  test.each([
    "wifi",
    "lte",
    "tcp1",
    "tcp3",
    "stall400",
    "stall1000",
    "dtx",
    "dtxlte",
    "start400",
    "start1000",
    "driftw-300",
  ])("a live talker over %s is never taken for generated speech", async (kind) => {
    for (const seed of SEEDS) {
      const trace = makeTrace(kind, seed);
      const ticks = playTrace(trace, await LawPlayer.open(trace));
      expect(ticks.find((tick) => tick.sender === "generated")?.atMs, `seed ${seed}`).toBeUndefined();
      expect(ticks.at(-1)?.sender, `seed ${seed}`).not.toBe("generated");
    }
  });

  test.each([
    ["tts1.2", 2000],
    ["tts4", 700],
    ["tts50", 1700],
    ["chunk4", 2500],
  ])("%s is recognised as generated within %i ms of its first byte", async (kind, withinMs) => {
    for (const seed of SEEDS) {
      const trace = makeTrace(kind, seed);
      const ticks = playTrace(trace, await LawPlayer.open(trace));
      const first = ticks.find((tick) => tick.sender === "generated")?.atMs ?? Number.POSITIVE_INFINITY;
      expect(first - (trace.rows[0]?.arrivalMs ?? 0), `seed ${seed}`).toBeLessThanOrEqual(withinMs);
    }
  });
});
