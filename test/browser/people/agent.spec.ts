import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { SoundDecoder } from "../../../lib/node/index.ts";
import { atRate, listen, presence, startParties, voiceOf as voiceOfParty } from "../conference/parties.ts";
import { clear, heardIn, launchOptions, Person, share, startHub } from "./people.ts";

test.use({ launchOptions });
test.setTimeout(180_000);

/** What the demo's talker says, one after the other. */
const speeches = ["talker-1", "talker-2"].map((name) => {
  const decoder = new SoundDecoder({ name: "G722", sampleRate: 16_000 });
  const samples = decoder.decode(readFileSync(resolve(import.meta.dirname, `../../../demo/prompts/${name}.g722`)));
  return atRate({ sampleRate: 16_000, samples: Float32Array.from(samples, (sample) => sample / 32768) });
});

/** Alice, who called Bob in another tab and an application, and bridges the two: `window.calls` has both, `window.conference` the bridge. */
async function bridged(alice: Person, bob: Person, src: string, name: string): Promise<void> {
  await alice.call("bob");
  await bob.accept();
  await Promise.all([alice.reaches("active"), bob.reaches("active")]);
  await alice.page.evaluate(
    async ([src, name]) => {
      const { client } = window;
      const person = window.call;
      const agent = client.call({ src, codecs: ["L16/8000"], metadata: { name } });
      await agent.start();
      const conference = await client.bridge(person, agent);
      Object.assign(window, { conference, calls: { person, agent } });
      window.call = { outputNode: conference.outputNode } as typeof window.call;
      agent.addEventListener("interrupted", () => window.said.push("interrupted"));
    },
    [src, name] as const,
  );
  await bob.reaches("active");
}

test("the demo's talker bridged with a person in another tab: the two hear each other, and the owner both", async ({
  browser,
  baseURL,
}) => {
  const hub = await startHub();
  const [alice, bob] = await Promise.all([
    Person.open(browser, "alice", hub.url),
    Person.open(browser, "bob", hub.url),
  ]);
  await bridged(alice, bob, `${baseURL!.replace("http", "ws")}/rtvbp/talker`, "talker");
  await test.step("Bob and the owner hear the talker, while nobody speaks over it", async () => {
    await alice.page.evaluate(async () => {
      await window.conference.setOwner("listen");
      window.conference.mute(window.calls["person"]!);
    });
    // It is made to speak, unless it does.
    const best = async () => {
      await alice.page.evaluate(() => window.calls["agent"]!.sendDtmf("1"));
      await bob.page.waitForTimeout(1000);
      const sounds = await Promise.all([alice.hears(), bob.hears()]);
      const found = sounds.map((sound) => Math.max(...speeches.map((speech) => share(sound, speech))));
      console.log(`the owner and Bob hear the talker: ${found.map((x) => x.toFixed(2)).join(", ")}`);
      return Math.min(...found);
    };
    await expect.poll(best, { timeout: 60_000 }).toBeGreaterThan(0.5);
  });

  await test.step("the talker hears Bob, and stops", async () => {
    await alice.page.evaluate(() => void window.said.splice(0));
    const interrupted = async () => {
      await alice.page.evaluate(async () => {
        window.conference.mute(window.calls["person"]!);
        await window.calls["agent"]!.sendDtmf("1");
        window.conference.unmute(window.calls["person"]!);
      });
      await alice.page.waitForTimeout(1500);
      return alice.said();
    };
    await expect.poll(interrupted, { timeout: 60_000 }).toContain("interrupted");
  });

  await test.step("Bob and the owner hear each other", async () => {
    await alice.page.evaluate(() => window.conference.setOwner("talk"));
    await bob.page.waitForTimeout(1000);
    const [atAlice, atBob] = await Promise.all([alice.hears(4000), bob.hears(4000)]);
    const [heardByAlice, heardByBob] = [atAlice, atBob].map((sound) => heardIn(sound, ["alice", "bob"]));
    console.log(JSON.stringify({ heardByAlice, heardByBob }));
    expect(heardByAlice!.bob).toBeGreaterThan(clear);
    expect(heardByAlice!.alice).toBeLessThan(clear);
    expect(heardByBob!.alice).toBeGreaterThan(clear);
    expect(heardByBob!.bob).toBeLessThan(clear);
  });

  await Promise.all([alice.close(), bob.close()]);
  await hub.close();
});

test("an application that speaks all the time, and a person in another tab, bridged: each hears the other and the owner", async ({
  browser,
}) => {
  const [hub, parties] = await Promise.all([startHub(), startParties()]);
  const [alice, bob] = await Promise.all([
    Person.open(browser, "alice", hub.url),
    Person.open(browser, "bob", hub.url),
  ]);
  try {
    await bridged(alice, bob, parties.url, "anna");
    await bob.page.waitForTimeout(1000);
    const anna = parties.party("anna");
    const [atAlice, atBob, [atAnna]] = await Promise.all([alice.hears(5000), bob.hears(5000), listen([anna], 5)]);
    const sounds = [atAlice, atBob, { sampleRate: 8000, samples: atAnna! }] as const;
    const figures = sounds.map((sound) => {
      const { alice, bob } = heardIn(sound, ["alice", "bob"]);
      return { alice, bob, anna: presence(atRate(sound), voiceOfParty("anna")) };
    });
    console.log(JSON.stringify(figures));
    const heard = figures.map((one) => Object.entries(one).flatMap(([who, x]) => (x > clear ? [who] : [])));
    expect(heard, JSON.stringify(figures)).toEqual([
      ["bob", "anna"],
      ["alice", "anna"],
      ["alice", "bob"],
    ]);
  } finally {
    await Promise.all([alice.close(), bob.close()]);
    await Promise.all([hub.close(), parties.close()]);
  }
});
