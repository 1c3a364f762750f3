import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileEntry } from "../compile.ts";
import { openLaw } from "./law.ts";

// Compiled before any test: it may take longer than a test.
await compileEntry("playout");

const folder = join(import.meta.dirname, "../../../vectors/playout");

interface Vector {
  rtp: boolean;
  capacity_ms: number;
  /** arrival ms, sequence, timestamp, samples, low energy */
  rows: [number, number, number, number, number][];
  op: string;
  state: string;
  play: number[];
  cut: [number, number][];
  level: number[];
  target: [number, number][];
  delay: (number | null)[];
  flush: [number, number, number][];
  end: Record<"received" | "played" | "dropped" | "flushed" | "held" | "concealed", number> & {
    drift_ppm: number | null;
  };
}

const names = readdirSync(folder).filter((name) => name.endsWith(".json"));

describe("the control law replays the golden vectors", () => {
  test("there are fifteen of them", () => expect(names).toHaveLength(15));

  test.each(names)("%s, tick by tick", async (name) => {
    const vector = JSON.parse(readFileSync(join(folder, name), "utf8")) as Vector;
    const law = await openLaw({ rate: 16000, rtp: vector.rtp, capacityMs: vector.capacity_ms });
    const flushes = [...vector.flush];
    const targets = new Map(vector.target);
    const cuts = new Map(vector.cut);
    let row = 0;
    let target = Number.NaN;
    const base = vector.rows[0]?.[2] ?? 0;
    for (let tick = 0; tick < vector.op.length; tick++) {
      const now = tick * 10;
      for (let next = vector.rows[row]; next && next[0] <= now; next = vector.rows[++row]) {
        law.push(next[0], next[2] - base, next[3], next[4]);
      }
      const flush = flushes[0];
      if (flush && flush[0] <= now) {
        flushes.shift();
        expect([now, law.flushLaw(now, law.end.value, 80), law.heardSamples()]).toEqual(flush);
      }
      const op = String.fromCharCode(law.playoutTick(now));
      const at = `${name} at ${now} ms`;
      target = targets.get(tick) ?? target;
      const delay = vector.delay[tick] ?? 0;
      expect([op, law.senderState.value, law.tickPlayed.value], at).toEqual([
        vector.op[tick],
        Number(vector.state[tick]),
        vector.play[tick],
      ]);
      expect(law.tickCut.value, at).toBe(cuts.get(tick) ?? 0);
      expect(Math.trunc(law.levelMs() * 16), at).toBe(vector.level[tick]);
      expect(Math.abs(law.targetMs.value - target), at).toBeLessThanOrEqual(1e-9);
      expect(Math.abs(law.delayMs(now) - delay), at).toBeLessThanOrEqual(0.00051);
    }
    expect(flushes).toEqual([]);
    for (const key of ["received", "played", "dropped", "flushed", "held", "concealed"] as const) {
      expect(law[key].value, key).toBe(vector.end[key]);
    }
    const drift = Number.isNaN(law.driftPpm.value) ? null : Math.round(law.driftPpm.value * 1e6) / 1e6;
    expect(drift).toBe(vector.end.drift_ppm);
  });
});
