import { expect, test } from "@playwright/test";
import { launchOptions, Person, startHub } from "./people.ts";

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

for (const events of [true, false]) {
  const way = events
    ? "as RTP events, which are heard by themselves"
    : "in words alone, where the other browser takes no RTP events";
  test(`keys reach the other side ${way}, each once and in order, while held too`, async ({ browser }) => {
    const hub = await startHub();
    const [alice, bob] = await Promise.all([
      Person.open(browser, "alice", hub.url),
      // With a codec of its own choice it says what it takes.
      Person.open(browser, "bob", hub.url, { codec: "opus" }),
    ]);
    if (!events) {
      await bob.page.evaluate(() => {
        const all = RTCRtpReceiver.getCapabilities.bind(RTCRtpReceiver);
        RTCRtpReceiver.getCapabilities = (kind) => {
          const known = all(kind);
          return (
            known && { ...known, codecs: known.codecs.filter(({ mimeType }) => !/telephone-event/.test(mimeType)) }
          );
        };
      });
    }
    await alice.call("bob");
    await bob.accept();
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    const taken = await alice.page.evaluate(() =>
      window.opened.peers.some((peer) => peer.getSenders().some(({ dtmf }) => dtmf?.canInsertDTMF)),
    );
    expect(taken).toBe(events);
    await countTones(bob);
    await alice.page.evaluate(() => window.call.sendDtmf("1 9 # A"));
    await bob.says("press A");
    const pressed = async () => (await bob.said()).filter((what) => what.startsWith("press"));
    expect(await pressed()).toEqual(["press 1", "press 9", "press #", "press A"]);
    // Two sines a key, where nothing else makes it heard.
    expect(await tones(bob)).toBe(events ? 0 : 8);
    await alice.page.evaluate(() => window.call.hold());
    await bob.reaches("held");
    await alice.page.evaluate(() => window.call.sendDtmf("5"));
    await bob.says("press 5");
    expect(await pressed()).toHaveLength(5);
    await Promise.all([alice.close(), bob.close()]);
    await hub.close();
  });
}
