import { expect, test } from "@playwright/test";
import { levelDb } from "../../support/signal.ts";
import { openTestPage } from "../support/page.ts";
import { launchOptions, likeness, Person, startHub } from "./people.ts";

test.use({ launchOptions });

test("of two tabs one is connected and rings; the other takes its place when asked, or when it is closed", async ({
  browser,
}) => {
  const hub = await startHub();
  const bob = await Person.open(browser, "bob", hub.url);
  const tab = await bob.context.newPage();
  await openTestPage(tab);
  await tab.evaluate(async (hub) => {
    window.said = [];
    window.client = new window.voicebridge.Client({ hub, id: "bob", audio: { microphone: false } });
    window.client.addEventListener("incoming", () => window.said.push("incoming"));
    await window.client.connect();
  }, hub.url);
  const states = async () => [
    await bob.page.evaluate(() => window.client.state),
    await tab.evaluate(() => window.client.state),
  ];
  expect(await states()).toEqual(["online", "standby"]);
  await tab.evaluate(() => window.client.takeOver());
  await expect.poll(states).toEqual(["standby", "online"]);
  const alice = await Person.open(browser, "alice", hub.url, { tabs: "each" });
  await alice.call("bob");
  await tab.waitForFunction(() => window.said.includes("incoming"));
  expect(await bob.said()).not.toContain("incoming alice");
  // Who has a call is not disturbed.
  const refused = await bob.page.evaluate(() =>
    window.client.takeOver().then(
      () => "taken",
      (error: { code: string }) => error.code,
    ),
  );
  expect(refused).toBe("client-elsewhere");
  await tab.close();
  await expect.poll(() => bob.page.evaluate(() => window.client.state)).toBe("online");
  await alice.hangUp();
  await alice.call("bob");
  await bob.says("incoming alice");
  await Promise.all([alice.close(), bob.close()]);
  await hub.close();
});

test("held with music; PCMU where that is preferred; a person and an agent bridged hear each other and the owner", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const hub = await startHub();
  const [alice, bob] = await Promise.all([
    Person.openWithMusic(browser, "alice", "carol", hub.url, { codec: "pcmu" }),
    Person.open(browser, "bob", hub.url),
  ]);
  await alice.page.evaluate(() => window.client.prepare());
  await alice.call("bob");
  await bob.accept();
  await Promise.all([alice.reaches("active"), bob.reaches("active")]);
  expect(await alice.page.evaluate(() => window.call.codec?.id)).toBe("PCMU/8000/1");

  await test.step("music on hold", async () => {
    await alice.page.evaluate(() => window.call.hold());
    await bob.reaches("held");
    await bob.page.waitForTimeout(500);
    const [atAlice, atBob] = await Promise.all([alice.hears(2000), bob.hears()]);
    expect(levelDb(atAlice.samples)).toBeLessThan(-70);
    console.log({ music: likeness(atBob, "carol"), alice: likeness(atBob, "alice") });
    expect(likeness(atBob, "carol")).toBeGreaterThan(0.6);
    expect(likeness(atBob, "alice")).toBeLessThan(0.5);
    await alice.hangUp();
    await bob.page.waitForFunction(() => window.client.calls.length === 0);
  });

  await test.step("a call to an application held: what comes back is not heard", async () => {
    await alice.page.evaluate(() => window.client.call({ src: "/rtvbp/echo" }).start());
    await alice.page.evaluate(() => window.call.hold());
    await alice.page.waitForTimeout(700);
    expect(levelDb((await alice.hears(1500)).samples)).toBeLessThan(-70);
    await alice.page.evaluate(() => window.call.resume());
    expect(likeness(await alice.hears(), "alice")).toBeGreaterThan(0.6);
    await alice.hangUp();
  });

  await test.step("bridge", async () => {
    await alice.call("bob");
    await bob.accept();
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    await alice.page.evaluate(async () => {
      const { client } = window;
      const person = window.call;
      const agent = client.call({ src: "/rtvbp/echo" });
      await agent.start();
      if (person.state !== "held") throw new Error(`the other call is ${person.state}`);
      const bridge = await client.bridge(person, agent);
      window.call = person;
      Object.assign(window, { agent, bridge });
    });
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    expect(
      await alice.page.evaluate(() => window.client.calls.map(({ bridged, state }) => `${bridged} ${state}`)),
    ).toEqual(["true active", "true active"]);
    await bob.page.waitForTimeout(1000);
    // The agent is an echo: Bob hears Alice, and himself by way of the agent.
    const heard = await bob.hears(4000);
    console.log({ alice: likeness(heard, "alice"), bob: likeness(heard, "bob"), carol: likeness(heard, "carol") });
    expect(likeness(heard, "alice")).toBeGreaterThan(0.35);
    expect(likeness(heard, "bob")).toBeGreaterThan(0.35);
    expect(likeness(heard, "carol")).toBeLessThan(0.35);
    await bob.hangUp();
    await alice.page.waitForFunction(() => window.client.calls.length === 1 && !window.client.calls[0]?.bridged);
  });
  await Promise.all([alice.close(), bob.close()]);
  await hub.close();
});
