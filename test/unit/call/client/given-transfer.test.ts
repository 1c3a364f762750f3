import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { GivenTransfer } from "../../../../lib/call/client/given-transfer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a transfer has its own time, whatever became of the one before", async () => {
  const given = new GivenTransfer();
  const late: string[] = [];
  const failed = expect(given.begin(() => late.push("first"))).rejects.toMatchObject({ code: "transfer-failed" });
  vi.advanceTimersByTime(40_000);
  expect([given.underWay, given.fail("busy"), given.fail("again")]).toEqual([true, true, false]);
  await failed;
  const gone = given.begin(() => late.push("second"));
  vi.advanceTimersByTime(44_999);
  expect(late).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(late).toEqual(["second"]);
  expect([given.succeed(), given.succeed(), given.underWay, vi.getTimerCount()]).toEqual([true, false, false, 0]);
  await gone;
});
