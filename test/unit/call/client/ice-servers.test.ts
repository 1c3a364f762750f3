import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { IceServers } from "../../../../lib/call/client/ice-servers.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const turn = [{ urls: "turn:relay.example" }];

test("the hub is asked once by all who need them, and again a minute before they expire", async () => {
  const ask = vi.fn();
  const ice = new IceServers(ask);
  const [first, second] = [ice.get(), ice.get()];
  expect(ask).toHaveBeenCalledTimes(1);
  ice.take(turn, 600);
  expect([await first, await second]).toEqual([turn, turn]);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(539_999);
  expect(await ice.get()).toBe(turn);
  expect(ask).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  const renewed = ice.get();
  expect(ask).toHaveBeenCalledTimes(2);
  ice.take([], 600);
  expect(await renewed).toEqual([]);
});

test("a hub that does not answer is not waited for longer than three seconds, and asked again by the next call", async () => {
  const ask = vi.fn();
  const ice = new IceServers(ask);
  const waiting = ice.get();
  await vi.advanceTimersByTimeAsync(3000);
  expect(await waiting).toEqual([]);
  const again = ice.get();
  expect(ask).toHaveBeenCalledTimes(2);
  ice.take(turn, 600);
  expect(await again).toBe(turn);
});
