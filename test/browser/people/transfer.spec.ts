import { expect, test } from "@playwright/test";
import { launchOptions, likeness, Person, startHub } from "./people.ts";

test.use({ launchOptions });

test("blind and attended, who was transferred talks to the target, and who transferred is out of it", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const hub = await startHub();
  const [alice, bob, carol] = await Promise.all([
    Person.open(browser, "alice", hub.url),
    Person.open(browser, "bob", hub.url),
    Person.open(browser, "carol", hub.url),
  ]);
  const everybody = [alice, bob, carol];
  const idle = () =>
    Promise.all(everybody.map(({ page }) => page.waitForFunction(() => window.client.calls.length === 0)));
  const connect = async (from: Person, to: Person): Promise<void> => {
    await from.call(to.name);
    await to.accept();
    await Promise.all([from.reaches("active"), to.reaches("active")]);
  };

  await test.step("blind: Alice connects Bob with Carol", async () => {
    await connect(bob, alice);
    await alice.page.evaluate(() => void window.call.transfer("carol").catch(() => {}));
    await alice.reaches("transferring");
    await carol.accept();
    await alice.says("ended transferred by remote");
    await Promise.all([bob.reaches("active"), carol.reaches("active")]);
    await bob.says("party carol");
    expect(await bob.page.evaluate(() => window.client.calls.length)).toBe(1);
    const [atBob, atCarol] = await Promise.all([bob.hears(), carol.hears()]);
    expect(likeness(atBob, "carol")).toBeGreaterThan(0.6);
    expect(likeness(atCarol, "bob")).toBeGreaterThan(0.6);
    expect(likeness(atBob, "alice")).toBeLessThan(0.5);
    await bob.hangUp();
    await idle();
  });

  await test.step("blind, and the target says no: everything stays as it was", async () => {
    await connect(bob, alice);
    await carol.page.evaluate(() => {
      window.client.onIncoming = () => window.voicebridge.reject("declined");
    });
    const failed = await alice.page.evaluate(() =>
      window.call.transfer("carol").then(
        () => "transferred",
        (error: { code: string }) => error.code,
      ),
    );
    expect(failed).toBe("transfer-failed");
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    expect(await bob.page.evaluate(() => window.call.party?.id)).toBe("alice");
    expect(likeness(await bob.hears(), "alice")).toBeGreaterThan(0.6);
    await carol.page.evaluate(() => {
      window.client.onIncoming = undefined;
    });
    await alice.hangUp();
    await idle();
  });

  await test.step("attended: Alice talks to Carol first, while Bob is held, then connects them", async () => {
    await connect(bob, alice);
    await alice.call("carol");
    await carol.accept();
    await carol.reaches("active");
    await bob.reaches("held");
    await alice.page.waitForFunction(() => window.client.calls.map(({ state }) => state).join() === "held,active");
    await alice.page.evaluate(async () => {
      const [withBob, withCarol] = window.client.calls;
      if (withBob && withCarol) await withBob.transfer("carol", { attended: withCarol });
    });
    await alice.page.waitForFunction(() => window.client.calls.length === 0);
    await Promise.all([bob.reaches("active"), carol.reaches("active")]);
    expect(await carol.page.evaluate(() => window.call.party?.id)).toBe("bob");
    for (const { page } of [bob, carol]) expect(await page.evaluate(() => window.client.calls.length)).toBe(1);
    const [atBob, atCarol] = await Promise.all([bob.hears(), carol.hears()]);
    expect(likeness(atBob, "carol")).toBeGreaterThan(0.6);
    expect(likeness(atCarol, "bob")).toBeGreaterThan(0.6);
    await carol.hangUp();
    await idle();
  });

  await Promise.all(everybody.map((person) => person.close()));
  expect(hub.stats().now).toMatchObject({ established: 0, ringing: 0 });
  await hub.close();
});
