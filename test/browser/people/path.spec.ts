import { expect, test } from "@playwright/test";
import { onTwoNetworks, whyNoNetworks } from "./networks.ts";
import { likeness, type Person } from "./people.ts";

const obstacle = whyNoNetworks();
if (obstacle !== undefined)
  console.warn(`SKIPPED: no call changed its network, which needs root and veth: ${obstacle}`);

/** The address that the person's sound leaves by. */
const address = (person: Person): Promise<string | undefined> =>
  person.page.evaluate(async () => {
    const peer = window.opened.peers.findLast(({ connectionState }) => connectionState !== "closed");
    const all = [...((await peer?.getStats()) ?? [])].map(([, stats]) => stats);
    const transport = all.find(({ type }) => type === "transport");
    const pair = all.find(({ id }) => id === transport?.selectedCandidatePairId);
    return all.find(({ id }) => id === pair?.localCandidateId)?.address as string | undefined;
  });

const ufrag = (person: Person): Promise<string | undefined> =>
  person.page.evaluate(() => {
    const peer = window.opened.peers.findLast(({ connectionState }) => connectionState !== "closed");
    return /a=ice-ufrag:(\S+)/.exec(peer?.localDescription?.sdp ?? "")?.[1];
  });

test("the only network between two people is gone and another one is there: sound goes on over that one", async ({
  baseURL,
}) => {
  test.skip(obstacle !== undefined, "needs network namespaces");
  test.setTimeout(180_000);
  await onTwoNetworks(baseURL!, async ({ alice, bob, networks }) => {
    const both = [alice, bob];
    await alice.call("bob");
    await bob.accept();
    await Promise.all(both.map((person) => person.reaches("active")));
    expect(await Promise.all(both.map(address))).toEqual(["10.77.1.1", "10.77.1.2"]);
    const before = await Promise.all(both.map(ufrag));
    expect(likeness(await bob.hears(), "alice")).toBeGreaterThan(0.6);

    networks.cut(1);
    const cutAt = Date.now();
    await Promise.all(both.map((person) => person.reaches("reconnecting")));
    console.log(`noticed after ${Date.now() - cutAt} ms`);
    networks.open(2);
    const openedAt = Date.now();
    await Promise.all(both.map((person) => person.reaches("active", 40_000)));
    console.log(`connected again after ${Date.now() - openedAt} ms`);
    expect(await Promise.all(both.map(address))).toEqual(["10.77.2.1", "10.77.2.2"]);
    for (const [i, now] of (await Promise.all(both.map(ufrag))).entries()) expect(now).not.toBe(before[i]);
    await alice.page.waitForTimeout(2000); // until the playout has found its pace again
    const [atAlice, atBob] = await Promise.all([alice.hears(), bob.hears()]);
    const figures = [likeness(atAlice, "bob"), likeness(atBob, "alice")];
    const ofItself = [likeness(atAlice, "alice"), likeness(atBob, "bob")];
    console.log(JSON.stringify({ figures, ofItself }));
    expect(Math.min(...figures)).toBeGreaterThan(0.5);
    expect(Math.max(...ofItself)).toBeLessThan(0.4);
    await alice.hangUp();
    await bob.says("ended normal by remote");
    for (const person of both) {
      expect((await person.said()).filter((what) => what.startsWith("ended"))).toHaveLength(1);
    }
  });
});
