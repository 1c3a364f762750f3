import { expect, type Page, test } from "@playwright/test";
import type { Call, Client } from "../../../lib/index.ts";
import { launchOptions, likeness, Person, startHub } from "./people.ts";

test.use({ launchOptions });

declare global {
  interface Window {
    /** Clients that live in one page, and their calls. */
    crowd: Record<string, { client: Client; call: Call | undefined }>;
  }
}

/** People without a microphone, in one page. */
const crowd = (page: Page, hub: string, names: readonly string[]) =>
  page.evaluate(
    async ([hub, names]) => {
      window.crowd = {};
      for (const id of names) {
        const client = new window.voicebridge.Client({ hub, id, audio: { microphone: false } });
        await client.connect();
        window.crowd[id] = { client, call: undefined };
      }
    },
    [hub, names] as const,
  );
const slowly = { timeout: 30_000 };

const calls = (page: Page, id: string, to: string) =>
  page.evaluate(
    ([id, to]) => {
      const one = window.crowd[id!]!;
      one.call = one.client.call(to!);
    },
    [id, to],
  );
const stateOf = (page: Page, id: string) => page.evaluate((id) => window.crowd[id]?.call?.state, id);

test("a queue: who comes while somebody is talked to waits, knows so, moves up, and is turned away where it is full", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const hub = await startHub();
  const [bob, alice] = await Promise.all([
    Person.open(browser, "bob", hub.url),
    Person.open(browser, "alice", hub.url),
  ]);
  const { page } = alice;
  await crowd(page, hub.url, ["ann", "ben", "cid"]);
  await bob.page.evaluate(() => {
    const { CallQueue, compose } = window.voicebridge;
    const queue = new CallQueue({ capacity: 2 });
    window.client.onIncoming = compose(queue.handler);
    queue.addEventListener("change", ({ waiting }) => {
      window.said.push(`waiting ${waiting.map(({ from, position }) => `${position} ${from.id}`).join(", ")}`);
      for (const call of waiting) {
        call.addEventListener("position", ({ position }) => window.said.push(`${call.from.id} at ${position}`));
      }
    });
  });
  await alice.call("bob");
  await bob.accept();
  await Promise.all([alice.reaches("active"), bob.reaches("active")]);
  for (const id of ["ann", "ben"]) {
    await calls(page, id, "bob");
    await expect.poll(() => stateOf(page, id), slowly).toBe("queued");
  }
  await calls(page, "cid", "bob");
  await expect.poll(() => page.evaluate(() => window.crowd["cid"]?.call?.ended?.reason), slowly).toBe("busy");
  expect(await bob.said()).toEqual(expect.arrayContaining(["waiting 1 ann", "waiting 1 ann, 2 ben"]));
  expect(await bob.said()).not.toContain("incoming ann");

  await alice.hangUp();
  await bob.says("incoming ann");
  await expect.poll(() => stateOf(page, "ann"), slowly).toBe("ringing");
  await bob.says("ben at 1");
  expect(await bob.said()).not.toContain("incoming ben");
  expect(await stateOf(page, "ben")).toBe("queued");
  // Who gives up makes room, too.
  await page.evaluate(() => window.crowd["ann"]?.call?.hangUp());
  await bob.says("incoming ben");
  await bob.says("waiting ");
  await bob.accept();
  await expect.poll(() => stateOf(page, "ben"), slowly).toBe("active");
  await page.evaluate(() => Promise.all(Object.values(window.crowd).map(({ client }) => client.close())));
  await Promise.all([alice.close(), bob.close()]);
  await hub.close();
});

test("failover: what nobody answers goes to the first who is available, and is heard there", async ({ browser }) => {
  test.setTimeout(120_000);
  const hub = await startHub();
  const [alice, bob, carol] = await Promise.all([
    Person.open(browser, "alice", hub.url),
    Person.open(browser, "bob", hub.url),
    Person.open(browser, "carol", hub.url),
  ]);
  await crowd(carol.page, hub.url, ["dora"]);
  await carol.page.evaluate(() => window.crowd["dora"]?.client.setPresence("busy"));
  await bob.page.waitForFunction(() => window.client.presence.get("dora")?.status === "busy");
  await bob.page.evaluate(() => {
    window.client.onIncoming = window.voicebridge.failover(["nobody", "dora", "carol"], { afterMs: 1500 });
  });
  await alice.call("bob");
  await bob.says("incoming alice");
  await bob.says("rang forwarded carol");
  await carol.accept();
  await Promise.all([alice.reaches("active"), carol.reaches("active")]);
  expect((await bob.said()).filter((what) => what.startsWith("rang"))).toEqual(["rang forwarded carol"]);
  expect(await alice.page.evaluate(() => window.call.party?.id)).toBe("carol");
  expect(likeness(await alice.hears(), "carol")).toBeGreaterThan(0.6);
  await carol.page.evaluate(() => window.crowd["dora"]?.client.close());
  await Promise.all([alice.close(), bob.close(), carol.close()]);
  await hub.close();
});
