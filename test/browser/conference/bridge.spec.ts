import { expect, test } from "@playwright/test";
import { levelDb } from "../../support/signal.ts";
import { microphoneFile } from "../../support/speech.ts";
import { readWav } from "../../support/wav.ts";
import { speaking } from "../support/chromium.ts";
import { nothingOpen, openTestPage, recorded, startRecorder, stillOpen } from "../support/page.ts";
import { callAll, rawMicrophone } from "./page.ts";
import { absent, atRate, listen, presence, present, startParties, voiceOf } from "./parties.ts";

const microphone = microphoneFile({ text: "I have brought the two of you together, please go ahead.", seed: 22 });
test.setTimeout(120_000);
test.use({ launchOptions: speaking(microphone) });

for (const [name, profiles] of [
  ["two RTVBP calls", ["rtvbp.v1", "rtvbp.v1"]],
  ["an RTVBP call and one over WebRTC", ["rtvbp.v1", "rtvbp.webrtc.v1"]],
] as const) {
  test(`${name}, bridged: each hears the other and the owner, and not itself`, async ({ page }) => {
    const parties = await startParties();
    try {
      await openTestPage(page);
      await callAll(page, [
        { name: "anna", src: parties.url, profile: profiles[0] },
        { name: "ben", src: parties.url, profile: profiles[1] },
      ]);
      await page.evaluate(async (microphone) => {
        const { anna, ben } = window.calls;
        window.conference = await window.voicebridge.bridge(anna!, ben!, { microphone });
      }, rawMicrophone);
      expect(await page.evaluate(() => Object.values(window.calls).map((call) => call.bridged))).toEqual([true, true]);
      const [anna, ben] = [parties.party("anna"), parties.party("ben")];
      const hear = (whom: "conference" | "ben") =>
        page.evaluate((whom) => {
          const source = whom === "ben" ? window.calls["ben"]! : window.conference;
          window.call = { outputNode: source.outputNode } as typeof window.call;
        }, whom);
      await hear("conference");
      await startRecorder(page);
      const together = await listen([anna, ben]);
      const togetherHere = atRate(await recorded(page));
      await page.evaluate(() => window.conference.setOwner("listen"));
      const withoutOwner = await listen([anna, ben]);
      await page.evaluate(() => window.conference.setOwner("away"));
      const alone = await listen([anna, ben]);

      await page.evaluate(() => window.conference.setOwner("talk"));
      await page.evaluate(() => window.calls["anna"]!.hangUp());
      await expect.poll(() => page.evaluate(() => window.conference.ended && !window.calls["ben"]!.bridged)).toBe(true);
      await hear("ben");
      await page.evaluate(() => {
        window.recorder.chunks = [];
        window.call.outputNode!.connect(window.recorder.node);
      });
      const [after] = await listen([ben]);
      const here = atRate(await recorded(page));
      await page.evaluate(() => window.calls["ben"]!.hangUp());
      await expect.poll(() => stillOpen(page)).toEqual(nothingOpen);

      const owner = atRate(readWav(microphone));
      const [a, b] = [voiceOf("anna"), voiceOf("ben")];
      const figures = [together, withoutOwner, alone].map((heard) =>
        heard.map((sound, i) => ({
          other: presence(sound, i ? a : b),
          owner: presence(sound, owner),
          itself: presence(sound, i ? b : a),
        })),
      );
      console.log(
        `${name}: ${JSON.stringify(figures, (_, x) => (typeof x === "number" ? Math.round(x * 100) / 100 : x))}`,
      );
      figures.forEach((both, step) => {
        for (const { other, owner, itself } of both) {
          expect(other).toBeGreaterThan(present);
          expect(itself).toBeLessThan(absent);
          if (step === 0) expect(owner).toBeGreaterThan(present);
          else expect(owner).toBeLessThan(absent);
        }
      });
      const heardByOwner = { anna: presence(togetherHere, a), ben: presence(togetherHere, b) };
      console.log(`the owner hears ${JSON.stringify(heardByOwner)}`);
      expect(heardByOwner.anna).toBeGreaterThan(present);
      expect(heardByOwner.ben).toBeGreaterThan(present);
      expect(presence(togetherHere, owner)).toBeLessThan(absent);
      // Ben goes on with the owner alone.
      expect(presence(after!, owner)).toBeGreaterThan(present);
      expect(presence(here, b)).toBeGreaterThan(present);
      expect(levelDb(here)).toBeGreaterThan(-50);
    } finally {
      await parties.close();
    }
  });
}
