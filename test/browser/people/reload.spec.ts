import { expect, test } from "@playwright/test";
import { loadLibrary } from "../support/page.ts";
import { launchOptions, likeness, Person, startHub } from "./people.ts";

test.use({ launchOptions });

const kept = { resume: "reload" } as const;

test("a page that is loaded again in the middle of a call takes it up, from either side, muted and held as it was", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const hub = await startHub();
  const [alice, bob] = await Promise.all([
    Person.open(browser, "alice", hub.url, kept),
    Person.open(browser, "bob", hub.url, kept),
  ]);
  const both = [alice, bob];
  const ids = () => Promise.all(both.map(({ page }) => page.evaluate(() => window.call.id)));
  const forget = () => Promise.all(both.map(({ page }) => page.evaluate(() => void window.said.splice(0))));
  /** Until the page is there again, and connected to the hub. */
  const reload = async (who: Person, other: Person): Promise<void> => {
    await forget();
    await who.page.reload();
    await other.reaches("reconnecting");
    await loadLibrary(who.page);
    await who.join(hub.url, kept);
  };
  const hearEachOther = async (): Promise<void> => {
    await alice.page.waitForTimeout(1000);
    const [atAlice, atBob] = await Promise.all([alice.hears(), bob.hears()]);
    const figures = { alice: likeness(atAlice, "bob"), bob: likeness(atBob, "alice") };
    console.log(JSON.stringify(figures));
    expect(figures.alice).toBeGreaterThan(0.6);
    expect(figures.bob).toBeGreaterThan(0.6);
  };
  await alice.call("bob");
  await bob.accept();
  await Promise.all(both.map((person) => person.reaches("active")));
  const before = await ids();

  await test.step("who called", async () => {
    await reload(alice, bob);
    await Promise.all(both.map((person) => person.reaches("active")));
    expect(await alice.said()).toEqual(expect.arrayContaining(["outgoing", "connecting", "active"]));
    expect(await bob.said()).toEqual(["reconnecting", "active"]);
    expect(await ids()).toEqual(before);
    expect(hub.stats()).toMatchObject({ calls: 1, now: { established: 1, clients: 2, away: 0 } });
    await hearEachOther();
  });

  await test.step("who was called, who holds the call and is muted", async () => {
    await bob.page.evaluate(async () => {
      await window.call.setMuted(true);
      await window.call.hold();
    });
    await alice.reaches("held");
    await reload(bob, alice);
    await Promise.all(both.map((person) => person.reaches("held")));
    expect(await bob.page.evaluate(() => [window.call.muted, window.call.held.here])).toEqual([true, true]);
    expect(await ids()).toEqual(before);
    await bob.page.evaluate(async () => {
      await window.call.setMuted(false);
      await window.call.resume();
    });
    await Promise.all(both.map((person) => person.reaches("active")));
    await hearEachOther();
  });

  await test.step("the other side still holds it", async () => {
    await bob.page.evaluate(() => window.call.hold());
    await alice.reaches("held");
    await reload(alice, bob);
    await Promise.all(both.map((person) => person.reaches("held")));
    expect(await alice.page.evaluate(() => window.call.held)).toEqual({ here: false, there: true });
    await bob.page.evaluate(() => window.call.resume());
    await Promise.all(both.map((person) => person.reaches("active")));
  });

  await test.step("both at once", async () => {
    await forget();
    await Promise.all(both.map(({ page }) => page.reload()));
    for (const person of both) {
      await loadLibrary(person.page);
      await person.join(hub.url, kept);
    }
    await Promise.all(both.map((person) => person.reaches("active")));
    expect(await ids()).toEqual(before);
    await hearEachOther();
  });

  await test.step("hung up, it ends once on both sides", async () => {
    await alice.hangUp();
    await bob.says("ended normal by remote");
    for (const person of both) {
      expect((await person.said()).filter((what) => what.startsWith("ended"))).toHaveLength(1);
      expect(await person.page.evaluate(() => window.client.calls.length)).toBe(0);
    }
    expect(hub.stats().now).toMatchObject({ established: 0, ringing: 0 });
  });
  await Promise.all(both.map((person) => person.close()));
  await hub.close();
});

test("a call whose page does not come back, or was not to keep it, ends once at the other side, with the reason", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const hub = await startHub({ graceMs: 3000 });
  const bob = await Person.open(browser, "bob", hub.url);
  const ended = async (reason: string): Promise<void> => {
    await bob.says(reason);
    expect((await bob.said()).filter((what) => what.startsWith("ended"))).toHaveLength(1);
    await expect.poll(() => hub.stats().now.established).toBe(0);
    await bob.page.evaluate(() => void window.said.splice(0));
  };
  for (const [options, reason] of [
    [kept, "ended gone by remote"],
    [{}, "ended page closed by remote"],
  ] as const) {
    const alice = await Person.open(browser, "alice", hub.url, options);
    await alice.call("bob");
    await bob.accept();
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    await alice.page.goto("about:blank");
    await ended(reason);
    await alice.context.close();
  }
  await test.step("whoever comes back too late has no call", async () => {
    const alice = await Person.open(browser, "alice", hub.url, kept);
    await alice.call("bob");
    await bob.accept();
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    await alice.page.reload();
    await ended("ended gone by remote");
    await loadLibrary(alice.page);
    await alice.join(hub.url, kept);
    await alice.says("ended session-lost by remote");
    expect((await alice.said()).filter((what) => what.startsWith("ended"))).toHaveLength(1);
    await alice.close();
  });
  await bob.close();
  await hub.close();
});
