import { expect, test } from "vitest";
import { TabLock } from "../../../../lib/call/client/tab-lock.ts";
import { site, turn } from "./fake-locks.ts";

test("one tab has the lock; the next in line gets it when that one gives it up or is closed", async () => {
  const { tab } = site();
  const [first, second, third] = [tab(), tab(), tab()];
  expect([await first.tryNow(), await first.tryNow(), await second.tryNow()]).toEqual([true, true, false]);
  const got: string[] = [];
  void second.wait().then(() => got.push("second"));
  void third.wait().then(() => got.push("third"));
  await turn();
  expect(got).toEqual([]);
  first.release();
  await turn();
  expect(got).toEqual(["second"]);
  second.close();
  await turn();
  expect(got).toEqual(["second", "third"]);
});

test("the tab that has the lock hears that another asks for it, and no other", async () => {
  const { tab, channels } = site();
  const heard: string[] = [];
  const [first, second, third] = ["first", "second", "third"].map((name) => tab(() => heard.push(name)));
  await first!.tryNow();
  void second!.wait().catch(() => {});
  third!.ask();
  expect(heard).toEqual(["first"]);
  for (const one of [first, second, third]) one!.close();
  expect(channels.size).toBe(0);
});

test("a tab that is closed while it waits does not get the lock any more", async () => {
  const { tab } = site();
  const [first, second, third] = [tab(), tab(), tab()];
  await first.tryNow();
  const waited = second.wait();
  second.close();
  await expect(waited).rejects.toMatchObject({ name: "AbortError" });
  first.release();
  await turn();
  expect(await third.tryNow()).toBe(true);
});

test.each(["tryNow", "wait"] as const)(
  "a tab that is closed while the lock is on its way to it (%s) does not keep it",
  async (how) => {
    const { tab } = site();
    const [first, second] = [tab(), tab()];
    const asked = Promise.resolve(first[how]()).catch(() => {});
    first.close();
    await asked;
    await turn();
    expect(await second.tryNow()).toBe(true);
  },
);

test("without Web Locks every tab has it", async () => {
  const alone = new TabLock("place", () => {}, { channel: () => ({ close: () => {} }) as never });
  expect(await alone.tryNow()).toBe(true);
  await alone.wait();
  alone.close();
});
