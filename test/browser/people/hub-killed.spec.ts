import { expect, test } from "@playwright/test";
import { HubProcess } from "./hub-process.ts";
import { launchOptions, likeness, Person } from "./people.ts";

test.use({ launchOptions });

test("the hub is killed in the middle of a call, and started again: sound goes on all the time, and the call is still one", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const hub = new HubProcess();
  await hub.start();
  const [alice, bob] = await Promise.all([
    Person.open(browser, "alice", hub.url, { resume: "reload" }),
    Person.open(browser, "bob", hub.url),
  ]);
  const both = [alice, bob];
  const hearEachOther = async (): Promise<void> => {
    const [atAlice, atBob] = await Promise.all([alice.hears(), bob.hears()]);
    const figures = [likeness(atAlice, "bob"), likeness(atBob, "alice")];
    console.log(figures.map((x) => x.toFixed(2)).join(", "));
    expect(Math.min(...figures)).toBeGreaterThan(0.6);
  };
  try {
    await alice.call("bob");
    await bob.accept();
    await Promise.all(both.map((person) => person.reaches("active")));
    await hub.kill();
    await Promise.all(both.map((person) => person.says("client away")));
    await hearEachOther();
    await hub.start();
    for (const { page } of both) await page.waitForFunction(() => window.client.state === "online");
    await hearEachOther();
    for (const person of both) {
      expect((await person.said()).filter((what) => /reconnecting|ended/.test(what))).toEqual([]);
    }
    // The new hub learns of the call from what is said in it.
    await bob.page.evaluate(() => window.call.hold());
    await alice.reaches("held");
    await bob.page.evaluate(() => window.call.resume());
    await alice.reaches("active");
    await alice.hangUp();
    await bob.says("ended normal by remote");
    for (const person of both) {
      expect((await person.said()).filter((what) => what.startsWith("ended"))).toHaveLength(1);
    }
  } finally {
    await Promise.all(both.map((person) => person.close()));
    await hub.kill();
  }
});
