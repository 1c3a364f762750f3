import { expect, test } from "@playwright/test";
import { clear, type Heard, heardIn, launchOptions, type Name, Person, startHub } from "./people.ts";

test.use({ launchOptions });

const everybody = ["alice", "bob", "carol", "dave"] as const satisfies readonly Name[];

test("four pages in a conference over a hub: each hears the three others and not itself; kick, lock and mute hold", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const hub = await startHub();
  const people = await Promise.all(everybody.map((name) => Person.open(browser, name, hub.url)));
  const [alice, bob, carol, dave] = people as [Person, Person, Person, Person];
  for (const caller of [bob, carol]) {
    await caller.call("alice");
    await alice.accept();
    await caller.reaches("active");
  }
  await alice.call("dave");
  await dave.accept();
  await dave.reaches("active");
  await alice.page.evaluate(async () => {
    const { client } = window;
    const conference = client.conference();
    Object.assign(window, {
      conference,
      calls: Object.fromEntries(client.calls.map((call) => [call.party?.id, call])),
    });
    for (const call of client.calls) await conference.join(call);
    // What the person at this page hears.
    window.call = { outputNode: conference.outputNode } as typeof window.call;
  });
  await Promise.all([bob, carol, dave].map((person) => person.reaches("active")));

  /** What those who are in it hear, all at the same time: those that are named, and nobody else. */
  const hear = async (step: string, expected: Partial<Record<Name, readonly Name[]>>): Promise<void> => {
    const there = people.filter(({ name }) => expected[name]);
    await bob.page.waitForTimeout(1000);
    const sounds = await Promise.all(there.map((person) => person.hears(4000)));
    for (const [i, { name }] of there.entries()) {
      const heard: Heard = heardIn(sounds[i]!, everybody);
      console.log(`${step}, ${name} hears ${JSON.stringify(heard)}`);
      const voices = everybody.filter((who) => heard[who] > clear);
      expect(voices, `${step}: what ${name} hears, ${JSON.stringify(heard)}`).toEqual(expected[name]);
    }
  };

  await test.step("everybody hears everybody else", () =>
    hear("everybody", {
      alice: ["bob", "carol", "dave"],
      bob: ["alice", "carol", "dave"],
      carol: ["alice", "bob", "dave"],
      dave: ["alice", "bob", "carol"],
    }));

  await test.step("who is muted is heard by nobody, and hears", async () => {
    await alice.page.evaluate(() => window.conference.mute(window.calls["bob"]!));
    await hear("bob muted", {
      alice: ["carol", "dave"],
      bob: ["alice", "carol", "dave"],
      carol: ["alice", "dave"],
      dave: ["alice", "carol"],
    });
    await alice.page.evaluate(() => window.conference.unmuteAll());
  });

  await test.step("who is removed is out of it, and cannot come back while it is locked", async () => {
    await alice.page.evaluate(async () => {
      window.conference.lock();
      await window.conference.kick(window.calls["carol"]!, "enough");
    });
    await carol.says("ended enough by remote");
    await carol.call("alice");
    await alice.accept();
    await carol.reaches("active");
    const refused = await alice.page.evaluate(async () => {
      const again = window.client.calls.find(({ party }) => party?.id === "carol");
      const code = await window.conference.join(again!).then(
        () => "joined",
        (error: { code: string }) => error.code,
      );
      await again!.hangUp();
      window.call = { outputNode: window.conference.outputNode } as typeof window.call;
      return code;
    });
    expect(refused).toBe("conference-locked");
    await carol.reaches("terminated");
    await hear("carol removed", { alice: ["bob", "dave"], bob: ["alice", "dave"], dave: ["alice", "bob"] });
  });

  await test.step("it ends for all, once", async () => {
    await alice.page.evaluate(() => window.conference.end());
    for (const person of [bob, dave]) {
      await person.reaches("terminated");
      expect((await person.said()).filter((what) => what.startsWith("ended"))).toHaveLength(1);
    }
    await expect.poll(() => hub.stats().now).toMatchObject({ ringing: 0, established: 0 });
  });

  await Promise.all(people.map((person) => person.close()));
  await hub.close();
});
