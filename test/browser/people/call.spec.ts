import { expect, test } from "@playwright/test";
import type { Hub } from "../../../lib/node/index.ts";
import { nothingOpen, stillOpen } from "../support/page.ts";
import { launchOptions, likeness, type Name, Person, startHub } from "./people.ts";

test.use({ launchOptions });

let hub: Hub;
let people: Person[] = [];
test.beforeEach(async () => {
  hub = await startHub();
});
test.afterEach(async () => {
  await Promise.all(people.map((person) => person.close()));
  people = [];
  await hub.close();
});

async function meet(browser: Parameters<typeof Person.open>[0], ...names: Name[]): Promise<Person[]> {
  people = await Promise.all(names.map((name) => Person.open(browser, name, hub.url)));
  return people;
}

test("one calls, it rings, the other takes it: each hears the other and not itself, and everything is given back", async ({
  browser,
}) => {
  const [alice, bob] = (await meet(browser, "alice", "bob")) as [Person, Person];
  await alice.call("bob");
  await alice.says("ringing");
  await bob.says("incoming alice");
  await bob.accept();
  await Promise.all([alice.reaches("active"), bob.reaches("active")]);
  const [atAlice, atBob] = await Promise.all([alice.hears(), bob.hears()]);
  const figures = {
    aliceHearsBob: likeness(atAlice, "bob"),
    aliceHearsAlice: likeness(atAlice, "alice"),
    bobHearsAlice: likeness(atBob, "alice"),
    bobHearsBob: likeness(atBob, "bob"),
  };
  console.log(figures);
  expect(figures.aliceHearsBob).toBeGreaterThan(0.6);
  expect(figures.bobHearsAlice).toBeGreaterThan(0.6);
  expect(figures.aliceHearsAlice).toBeLessThan(0.5);
  expect(figures.bobHearsBob).toBeLessThan(0.5);
  const stats = await alice.page.evaluate(() => window.call.stats());
  console.log(JSON.stringify({ codec: stats.codec, rtt: stats.rttMs, network: stats.network, quality: stats.quality }));
  expect(stats).toMatchObject({ codec: "opus/48000/2", network: { lostPackets: 0 }, transport: { link: "track" } });
  // A call within one machine is good for whoever listens, once it is steady: rated over the last seconds, however long that takes to come.
  const mos = () => alice.page.evaluate(async () => (await window.call.stats()).quality?.mos ?? 0);
  await expect.poll(mos, { timeout: 60_000 }).toBeGreaterThanOrEqual(3.5);
  expect(await bob.page.evaluate(() => window.call.party)).toEqual({ id: "alice", displayName: "ALICE" });

  await alice.hangUp();
  await bob.says("ended normal by remote");
  expect(await alice.said()).toEqual(
    expect.arrayContaining(["ringing", "connecting", "active", "terminated", "ended normal by local"]),
  );
  for (const person of [alice, bob]) {
    expect((await person.said()).filter((what) => what.startsWith("ended"))).toHaveLength(1);
    expect(await person.page.evaluate(() => window.client.calls.length)).toBe(0);
    await person.page.evaluate(() => window.client.close());
    await person.page.evaluate(() => window.person.context?.close());
    expect(await stillOpen(person.page)).toEqual(nothingOpen);
  }
});
