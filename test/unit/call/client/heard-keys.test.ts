import { expect, test } from "vitest";
import { HeardKeys } from "../../../../lib/call/client/heard-keys.ts";

test("keys of somebody who never tells them are those that are heard", () => {
  const keys = new HeardKeys();
  expect([keys.heard("1", 0), keys.heard("1", 200), keys.heard("2", 400)]).toEqual([true, true, true]);
});

test("a key that is told, and heard afterwards, counts once; and so does the same key pressed twice", () => {
  const keys = new HeardKeys();
  expect(keys.told("5", 0)).toBe(true);
  expect(keys.heard("5", 300)).toBe(false);
  expect(keys.told("5", 500)).toBe(true);
  expect(keys.heard("5", 800)).toBe(false);
});

test("keys that are heard before they are told count once each, however late the words are", () => {
  const keys = new HeardKeys();
  expect(["1", "1", "2"].map((digit, index) => keys.heard(digit, index * 200))).toEqual([true, true, true]);
  expect(["1", "1", "2"].map((digit) => keys.told(digit, 12_000))).toEqual([false, false, false]);
  expect(keys.told("1", 13_000)).toBe(true);
});

test("what was taken for a key long ago hides no key that is told", () => {
  const keys = new HeardKeys();
  expect(keys.heard("7", 0)).toBe(true);
  expect(keys.told("7", 40_000)).toBe(true);
});

test("a key of ours that comes back as an echo is none of the other side", () => {
  const keys = new HeardKeys();
  keys.pressedHere("3", 100, 1000);
  expect(keys.heard("3", 1900)).toBe(false);
  expect(keys.heard("4", 1900)).toBe(true);
  expect(keys.heard("3", 2200)).toBe(true);
});
