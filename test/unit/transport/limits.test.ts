import { expect, it } from "vitest";
import { exceedsBytes, limitsFrom, timerMs } from "../../../lib/transport/limits.ts";

it("counts the bytes of a text where its characters leave that open", () => {
  const texts = ["", "abc", "äöü", "\u20ac".repeat(50), "\u{1f600}".repeat(30), `${"a".repeat(99)}\u20ac`];
  for (const text of texts) {
    const bytes = new TextEncoder().encode(text).byteLength;
    for (const limit of [bytes - 1, bytes, bytes + 1])
      expect(exceedsBytes(text, limit), `${bytes} bytes in ${limit}`).toBe(bytes > limit);
  }
});

it("takes no time that is longer than a timer knows, which would be over at once", () => {
  expect([timerMs(5), timerMs(Number.POSITIVE_INFINITY)]).toEqual([5, 2 ** 31 - 1]);
  expect(limitsFrom({ closeTimeoutMs: 1e12 }).closeTimeoutMs).toBe(2 ** 31 - 1);
});
