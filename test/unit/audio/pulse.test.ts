import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pulse } from "../../../lib/audio/pulse.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** When it beat, in milliseconds; nudged every `nudgeMs`, where that is told. */
function beats(everyMs: number, forMs: number, nudgeMs?: number): number[] {
  const began = performance.now();
  const found: number[] = [];
  const pulse = new Pulse(everyMs, () => found.push(performance.now() - began));
  const nudges = nudgeMs === undefined ? undefined : setInterval(() => pulse.nudge(), nudgeMs);
  vi.advanceTimersByTime(forMs);
  pulse.stop();
  clearInterval(nudges);
  expect(vi.getTimerCount()).toBe(0);
  return found;
}

test("a pulse beats by itself where the page sleeps otherwise", () => {
  const found = beats(600, 10_000);
  expect(found.length).toBeGreaterThanOrEqual(14);
  for (const [i, at] of found.entries()) expect(at - (found[i - 1] ?? 0)).toBe(680);
});

test("a pulse beats with what wakes the page at about its time, and not again by itself", () => {
  expect(beats(600, 2500, 203)).toEqual([609, 1218, 1827, 2436]);
  expect(beats(2000, 8200, 203)).toEqual([2030, 4060, 6090, 8120]);
});

test("what wakes the page more often makes a pulse no faster", () => {
  expect(beats(2000, 6000, 10)).toEqual([1920, 3840, 5760]);
});

test("a pulse that was stopped beats no more, whoever nudges, also where it stops itself", () => {
  let count = 0;
  const pulse = new Pulse(600, () => {
    count++;
    pulse.stop();
  });
  vi.advanceTimersByTime(5000);
  pulse.nudge();
  expect(count).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});
