import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Concealer, largestDifference } from "./harness.ts";

interface GapVector {
  readonly name: string;
  readonly rate: number;
  readonly twoSided: boolean;
  readonly history: number[];
  readonly gapSamples: number;
  readonly pull: number;
  readonly next: number[];
  readonly gap: number[];
  readonly merged: number[];
  readonly lag: number | null;
  readonly voicing: number | null;
}

/** A stream with several losses: `input` is what was sent, `output` what is heard. */
interface SequenceVector {
  readonly rate: number;
  readonly input: number[];
  readonly operations: ["good" | "lost" | "fill", number][];
  readonly output: number[];
}

const folder = join(import.meta.dirname, "../../../vectors/concealment");
const files = readdirSync(folder).filter((file) => file.endsWith("_one.json") || file.endsWith("_two.json"));
const sequences = readdirSync(folder).filter((file) => file.startsWith("sequence_"));

function read(file: string): GapVector {
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as GapVector;
}

/** Largest difference that the reference allows, in int16 steps. */
const TOLERANCE = 2;

beforeAll(async () => void (await Concealer.open(8000)), 300_000);

describe("concealment against the reference vectors", () => {
  it("finds all of them", () => {
    expect(files).toHaveLength(24);
    expect(sequences).toHaveLength(2);
  });

  for (const file of files) {
    it(`replays ${file}`, async () => {
      const vector = read(file);
      const concealer = await Concealer.open(vector.rate);
      concealer.good(vector.history);
      const gap: number[] = [];
      if (vector.twoSided) gap.push(...concealer.fill(vector.gapSamples, vector.next));
      while (gap.length < vector.gapSamples) gap.push(...concealer.lost(vector.pull));
      if (vector.lag !== null) {
        expect(concealer.core.concealLag()).toBe(vector.lag);
        expect(concealer.core.concealVoicing()).toBeCloseTo(vector.voicing as number, 5);
      }
      const merged = concealer.good(vector.next);
      expect(largestDifference(gap, vector.gap)).toBeLessThanOrEqual(TOLERANCE);
      expect(largestDifference(merged, vector.merged)).toBeLessThanOrEqual(TOLERANCE);
      if (vector.twoSided) expect(merged).toEqual(vector.next);
    });
  }

  for (const file of sequences) {
    it(`replays ${file}`, async () => {
      const { rate, input, operations, output } = JSON.parse(
        readFileSync(join(folder, file), "utf8"),
      ) as SequenceVector;
      const concealer = await Concealer.open(rate);
      const heard: number[] = [];
      for (const [operation, n] of operations) {
        const at = heard.length;
        if (operation === "good") heard.push(...concealer.good(input.slice(at, at + n)));
        else if (operation === "lost") heard.push(...concealer.lost(n));
        else heard.push(...concealer.fill(n, input.slice(at + n, at + n + rate / 50)));
      }
      expect(largestDifference(heard, output)).toBeLessThanOrEqual(TOLERANCE);
    });
  }

  it("draws the reference's noise", async () => {
    const { core } = await Concealer.open(8000);
    const { first } = JSON.parse(readFileSync(join(folder, "lcg_0_.json"), "utf8")) as { first: number[] };
    core.noiseReset();
    for (const value of first) expect(core.noiseNext()).toBeCloseTo(value, 8);
  });
});
