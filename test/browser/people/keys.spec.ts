import { expect, test } from "@playwright/test";
import { launchOptions, likeness, Person, startHub } from "./people.ts";

test.use({ launchOptions });

/** How loud the loudspeaker's own key tones were asked for: oscillators that the page started. */
const countTones = (person: Person) =>
  person.page.evaluate(() => {
    const count = { tones: 0 };
    Object.assign(window, { count });
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...words) {
      count.tones++;
      start.apply(this, words);
    };
  });
const tones = (person: Person) =>
  person.page.evaluate(() => (window as unknown as { count: { tones: number } }).count.tones);

/** What it takes: with a codec of its own choice it says so. */
const takeNoEvents = (person: Person) =>
  person.page.evaluate(() => {
    const all = RTCRtpReceiver.getCapabilities.bind(RTCRtpReceiver);
    RTCRtpReceiver.getCapabilities = (kind) => {
      const known = all(kind);
      return known && { ...known, codecs: known.codecs.filter(({ mimeType }) => !/telephone-event/.test(mimeType)) };
    };
  });

/** Messages about keys that this page sent to the hub. */
const countWords = (person: Person) =>
  person.page.evaluate(() => {
    const words: string[] = [];
    Object.assign(window, { words });
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      if (typeof data === "string" && data.includes('"type":"dtmf"')) words.push(data);
      send.call(this, data);
    };
  });
const words = (person: Person) =>
  person.page.evaluate(() => (window as unknown as { words: string[] }).words.map((text) => JSON.parse(text).data));

const pressed = async (person: Person) =>
  (await person.said()).filter((what) => what.startsWith("press")).map((what) => what.slice(6));

/** What hears keys, and what makes them sound where that is needed, is there: a script of its own, loaded by the call. */
const signalTools = (person: Person, { speaks }: { speaks: boolean }) =>
  person.page.waitForFunction(
    (count) => {
      const made = window.opened.worklets.filter(({ name }) => name.startsWith("voicebridge-key-")).length;
      return made === count && window.workletMessages >= count; // each says once that it is ready
    },
    speaks ? 2 : 1,
    { timeout: 20_000 },
  );

for (const { way, events, dtmf, sines } of [
  { way: "as RTP events, which are heard by themselves", events: true, dtmf: "auto", sines: 0 },
  { way: "as tones in the sound, where the other browser takes no RTP events", events: false, dtmf: "auto", sines: 0 },
  { way: "in words alone, where that is asked for", events: true, dtmf: "words", sines: 8 },
] as const) {
  test(`keys reach the other side ${way}, each once and in order, while held too`, async ({ browser }) => {
    const hub = await startHub();
    const [alice, bob] = await Promise.all([
      Person.open(browser, "alice", hub.url, { dtmf }),
      Person.open(browser, "bob", hub.url, { codec: "opus" }),
    ]);
    if (!events) await takeNoEvents(bob);
    await alice.call("bob");
    await bob.accept();
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    const taken = await alice.page.evaluate(() =>
      window.opened.peers.some((peer) => peer.getSenders().some(({ dtmf }) => dtmf?.canInsertDTMF)),
    );
    expect(taken).toBe(events);
    await signalTools(alice, { speaks: !events });
    await countTones(bob);
    await countWords(alice);
    await alice.page.evaluate(() => window.call.sendDtmf("1 9 # A"));
    await bob.says("press A");
    await bob.page.waitForTimeout(1500); // until what is heard of it has come, too
    expect(await pressed(bob)).toEqual(["1", "9", "#", "A"]);
    const audible = dtmf === "words" ? {} : { audible: true };
    expect(await words(alice)).toEqual(["1", "9", "#", "A"].map((digits) => ({ digits, ...audible })));
    // Two sines a key, where nothing else makes it heard.
    expect(await tones(bob)).toBe(sines);
    await alice.page.evaluate(() => window.call.hold());
    await bob.reaches("held");
    await alice.page.evaluate(() => window.call.sendDtmf("5"));
    await bob.says("press 5");
    await bob.page.waitForTimeout(1000);
    expect(await pressed(bob)).toHaveLength(5);
    await Promise.all([alice.close(), bob.close()]);
    await hub.close();
  });
}

for (const codec of ["opus", "pcmu"] as const) {
  test(`all sixteen keys are found in the sound alone over ${codec}, each once, and none in ten seconds of speech`, async ({
    browser,
  }) => {
    const hub = await startHub();
    const [alice, bob] = await Promise.all([
      Person.open(browser, "alice", hub.url, { dtmf: "in-band" }),
      Person.open(browser, "bob", hub.url, { codec, dtmf: "in-band" }),
    ]);
    await alice.call("bob");
    await bob.accept();
    const both = [alice, bob];
    await Promise.all(both.map((person) => person.reaches("active")));
    const spoken = await bob.page.evaluate(async () => (await window.call.stats()).profile);
    expect(spoken?.toLowerCase()).toContain(codec);
    await Promise.all(both.map((person) => signalTools(person, { speaks: true })));
    await Promise.all(both.map(countWords));
    expect(likeness(await bob.hears(10_000), "alice")).toBeGreaterThan(0.6);
    expect(await Promise.all(both.map(pressed))).toEqual([[], []]);

    const keys = [..."123A456B789C*0#D"];
    await alice.page.evaluate(() => window.call.sendDtmf("123A456B789C*0#D"));
    await bob.says("press D");
    expect(await pressed(bob)).toEqual(keys);
    await bob.page.waitForTimeout(1500); // the same keys, sooner, would be taken for an echo of those
    // The other way, the shortest that there are: they are made as long as it takes.
    await bob.page.evaluate(() => window.call.sendDtmf("0011", { toneMs: 40, gapMs: 40 }));
    await expect.poll(() => pressed(alice)).toEqual(["0", "0", "1", "1"]);
    expect(await Promise.all(both.map(words))).toEqual([[], []]);
    await bob.page.waitForTimeout(500);
    const [atAlice, atBob] = await Promise.all([alice.hears(), bob.hears()]);
    expect(likeness(atBob, "alice")).toBeGreaterThan(0.6); // it is the microphone again that is sent
    expect(likeness(atAlice, "bob")).toBeGreaterThan(0.6);
    expect(await Promise.all(both.map(pressed))).toEqual([["0", "0", "1", "1"], keys]);
    await Promise.all(both.map((person) => person.close()));
    await hub.close();
  });
}
