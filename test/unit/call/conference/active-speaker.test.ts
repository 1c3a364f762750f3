import { expect, it } from "vitest";
import { ActiveSpeaker } from "../../../../lib/call/conference/active-speaker.ts";

const said = (id: string, level: number) => ({ id, level, speaking: level > 0 });

/** One update every eighth of a second; whom it takes for the speaker after each. */
function watch(speaker: ActiveSpeaker, from: number, steps: readonly Record<string, number>[]): (string | undefined)[] {
  return steps.map((levels, i) =>
    speaker.update(
      from + i / 8,
      Object.entries(levels).map(([id, level]) => said(id, level)),
    ),
  );
}

it("is whoever begins, for as long as they speak, and then nobody", () => {
  const speaker = new ActiveSpeaker();
  expect(
    watch(speaker, 0, [
      { a: 0, b: 0 },
      { a: 0.1, b: 0 },
      { a: 0.1, b: 0.11 },
      { a: 0.1, b: 0.11 },
      { a: 0, b: 0 },
    ]),
  ).toEqual([undefined, "a", "a", "a", undefined]);
});

it("passes to whoever goes on when the speaker stops", () => {
  const speaker = new ActiveSpeaker();
  expect(
    watch(speaker, 0, [
      { a: 0.1, b: 0.05 },
      { a: 0, b: 0.05 },
    ]),
  ).toEqual(["a", "b"]);
});

it("passes to somebody louder only after half a second of that, not for a cough", () => {
  const speaker = new ActiveSpeaker();
  const calm = { a: 0.05, b: 0.01 };
  watch(speaker, 0, new Array(16).fill(calm));
  const cough = watch(speaker, 2, [{ a: 0.05, b: 0.3 }, calm, calm, calm, calm, calm, calm, calm, calm]);
  expect(new Set(cough)).toEqual(new Set(["a"]));
  const interruption = watch(speaker, 4, new Array(8).fill({ a: 0.05, b: 0.3 }));
  expect(interruption[2]).toBe("a");
  expect(interruption.at(-1)).toBe("b");
  expect(speaker.active).toBe("b");
});

it("is nobody who has left", () => {
  const speaker = new ActiveSpeaker();
  watch(speaker, 0, [{ a: 0.1, b: 0 }]);
  expect(watch(speaker, 1, [{ b: 0 }])).toEqual([undefined]);
});
