import { expect, test } from "@playwright/test";
import { toneDb } from "../../../lib/testing/index.ts";
import { levelDb, resample } from "../../support/signal.ts";
import { launchOptions, likeness, Person, startHub } from "./people.ts";

test.use({ launchOptions });

test("hold, keys, another track, and the hub's end in the middle of a call", async ({ browser }) => {
  test.setTimeout(180_000);
  let hub = await startHub();
  const port = Number(new URL(hub.url).port);
  const [alice, bob] = await Promise.all([
    Person.open(browser, "alice", hub.url),
    Person.open(browser, "bob", hub.url),
  ]);
  await alice.call("bob");
  await bob.accept();
  await Promise.all([alice.reaches("active"), bob.reaches("active")]);

  await test.step("held, neither hears the other; resumed, both do", async () => {
    await alice.page.evaluate(() => window.call.hold());
    await Promise.all([alice.reaches("held"), bob.reaches("held")]);
    expect.soft(await alice.page.evaluate(() => window.call.held)).toEqual({ here: true, there: false });
    expect.soft(await bob.page.evaluate(() => window.call.held)).toEqual({ here: false, there: true });
    await bob.page.waitForTimeout(500);
    const [atAlice, atBob] = await Promise.all([alice.hears(2000), bob.hears(2000)]);
    expect.soft(levelDb(atAlice.samples)).toBeLessThan(-70);
    expect.soft(levelDb(atBob.samples)).toBeLessThan(-60);
    // Held by both, it is held until both let go.
    await bob.page.evaluate(() => window.call.hold());
    await alice.page.waitForFunction(() => window.call.held.there);
    await alice.page.evaluate(() => window.call.resume());
    expect.soft(await alice.page.evaluate(() => window.call.state)).toBe("held");
    await bob.page.evaluate(() => window.call.resume());
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    await bob.page.waitForTimeout(500);
    const [again, andBob] = await Promise.all([alice.hears(), bob.hears()]);
    expect.soft(likeness(again, "bob")).toBeGreaterThan(0.6);
    expect.soft(likeness(andBob, "alice")).toBeGreaterThan(0.6);
  });

  await test.step("keys are heard at the other side as the tones that they are", async () => {
    await alice.page.evaluate(() => window.call.setMuted(true));
    await bob.listen();
    await alice.page.evaluate(() => window.call.sendDtmf("5", { toneMs: 800 }));
    await bob.page.waitForTimeout(2000);
    const heard = resample(await bob.heard(), 8000);
    await bob.says("press 5");
    await alice.page.evaluate(() => window.call.setMuted(false));
    // The loudest quarter of a second of both of its frequencies (ITU-T Q.23: 770 and 1336 Hz).
    let [best, other] = [-120, -120];
    for (let at = 0; at + 2000 <= heard.samples.length; at += 1000) {
      const samples = Int16Array.from(heard.samples.subarray(at, at + 2000), (sample) => sample * 32767);
      const level = (hz: number) => toneDb({ samples, sampleRate: 8000 }, hz);
      const both = Math.min(level(770), level(1336));
      if (both > best) [best, other] = [both, Math.max(level(697), level(1477))];
    }
    console.log(`key 5: ${best.toFixed(1)} dB, others ${other.toFixed(1)} dB`);
    expect.soft(best).toBeGreaterThan(-40);
    expect.soft(best - other).toBeGreaterThan(10);
  });

  await test.step("one more track is negotiated while the call goes on", async () => {
    await alice.page.evaluate(() => {
      const more = new MediaStreamAudioDestinationNode(window.person.context as AudioContext);
      window.call.addTrack(more.stream.getAudioTracks()[0] as MediaStreamTrack);
    });
    await bob.says("track audio");
    expect.soft(await bob.page.evaluate(() => window.call.state)).toBe("active");
  });

  await test.step("another way is found when the network changes, and sound goes on", async () => {
    const ufrags = () =>
      alice.page.evaluate(() =>
        window.opened.peers.map(({ localDescription }) => /a=ice-ufrag:(\S+)/.exec(localDescription?.sdp ?? "")?.[1]),
      );
    const before = await ufrags();
    await alice.page.evaluate(() => dispatchEvent(new Event("online")));
    await expect.poll(ufrags, { timeout: 20_000 }).not.toEqual(before);
    await alice.page.waitForTimeout(1000);
    const heard = await alice.hears();
    expect.soft(likeness(heard, "bob")).toBeGreaterThan(0.6);
    expect.soft(await alice.page.evaluate(() => window.call.state)).toBe("active");
  });

  await test.step("the hub ends and comes back: sound goes on meanwhile, and hanging up works afterwards", async () => {
    await hub.close();
    await Promise.all([alice.says("client away"), bob.says("client away")]);
    const heard = await alice.hears();
    expect.soft(likeness(heard, "bob")).toBeGreaterThan(0.6);
    hub = await startHub({ port });
    for (const { page } of [alice, bob]) await page.waitForFunction(() => window.client.state === "online");
    expect.soft(await bob.page.evaluate(() => window.call.state)).toBe("active");
    await alice.page.evaluate(() => window.call.hold());
    await bob.reaches("held");
    await alice.page.evaluate(() => window.call.resume());
    await bob.reaches("active");
    await alice.hangUp();
    await bob.says("ended normal by remote");
  });

  await test.step("a page that is loaded again has left its call, and can be called", async () => {
    await alice.call("bob");
    await bob.accept();
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    await alice.page.reload();
    await bob.says("ended page closed by remote");
    const { loadLibrary } = await import("../support/page.ts");
    await loadLibrary(alice.page);
    await alice.join(hub.url);
    await bob.call("alice");
    await alice.accept();
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
  });

  await Promise.all([alice.close(), bob.close()]);
  await hub.close();
});
