import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Concealer } from "./harness.ts";
import { anySound } from "./sounds.ts";

/** A packet received, samples lost, a gap filled before a packet, part of a gap taken and then abandoned, an end. */
const step = fc.oneof(
  fc.record({ kind: fc.constant("good" as const), samples: fc.integer({ min: 0, max: 1500 }), sound: anySound }),
  fc.record({ kind: fc.constant("lost" as const), samples: fc.integer({ min: 0, max: 3000 }) }),
  fc.record({
    kind: fc.constantFrom("fill" as const, "part" as const),
    samples: fc.integer({ min: 0, max: 4000 }),
    next: fc.integer({ min: 0, max: 1500 }),
    sound: anySound,
  }),
  fc.record({ kind: fc.constant("end" as const) }),
);

describe("concealment of any input", () => {
  let concealer: Concealer;

  beforeAll(async () => {
    concealer = await Concealer.open(8000);
  }, 300_000);

  function expectSound(samples: readonly number[]): void {
    for (const value of samples) {
      if (!(Number.isInteger(value) && value >= -32_768 && value <= 32_767)) expect.fail(`heard ${value}`);
    }
  }

  it("plays int16 values and writes nothing beside its spans", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(8000, 16_000, 24_000, 48_000),
        fc.array(step, { minLength: 1, maxLength: 8 }),
        (rate, steps) => {
          concealer.core.concealOpen(rate);
          for (const now of steps) {
            if (now.kind === "good") {
              expectSound(concealer.good(now.sound(now.samples)));
            } else if (now.kind === "lost") {
              expectSound(concealer.lost(now.samples));
            } else if (now.kind === "fill") {
              expectSound(concealer.fill(now.samples, now.sound(now.next)));
            } else if (now.kind === "part") {
              expectSound(concealer.fillSome(now.samples, now.sound(now.next), now.samples >> 1));
            } else {
              concealer.core.concealEnd();
            }
          }
          // Whatever came before, silence soon sounds like silence.
          const silence = rate / 10;
          concealer.good(new Array<number>(silence).fill(0));
          expect(concealer.good(new Array<number>(silence).fill(0)).every((value) => value === 0)).toBe(true);
        },
      ),
      { numRuns: 1000, seed: 20_261_120 },
    );
  });
});
