import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { largestDifference } from "../conceal/harness.ts";
import { Stretcher } from "./harness.ts";

interface StretchVector {
  readonly rate: number;
  readonly speed: number;
  readonly input: number[];
  readonly output: number[];
  /** Output position at which a splice begins, and its signed lag, in samples. */
  readonly splices: [number, number][];
}

const folder = join(import.meta.dirname, "../../../vectors/concealment");
const files = readdirSync(folder).filter((file) => file.startsWith("stretch_"));

beforeAll(async () => void (await Stretcher.open(8000)), 300_000);

describe("stretching against the reference vectors", () => {
  it("finds all of them", () => {
    expect(files).toHaveLength(8);
  });

  for (const file of files) {
    it(`replays ${file}`, async () => {
      const vector = JSON.parse(readFileSync(join(folder, file), "utf8")) as StretchVector;
      const stretcher = await Stretcher.open(vector.rate);
      const { core } = stretcher;
      const perMs = vector.rate / 1000;
      const output: number[] = [];
      const splices: [number, number][] = [];
      let fed = 0;
      while (output.length < vector.output.length) {
        // 60 ms are kept at the playhead, fed in 20 ms packets, before each pull of 10 ms.
        while (core.stretchHeld() < 60 * perMs && fed < vector.input.length) {
          stretcher.feed(vector.input.slice(fed, fed + 20 * perMs));
          fed += 20 * perMs;
        }
        output.push(...stretcher.pull(10 * perMs, vector.speed));
        while (splices.length < core.stretchSplices()) {
          splices.push([core.stretchSpliceAt(splices.length), core.stretchSpliceLag(splices.length)]);
        }
      }
      expect(splices).toEqual(vector.splices);
      expect(largestDifference(output, vector.output)).toBeLessThanOrEqual(2);
    });
  }
});
