import { expect, test } from "@playwright/test";
import { levelDb, toneDb } from "../../support/signal.ts";
import { toneFile } from "../../support/speech.ts";
import { callEcho, hangUp } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { openTestPage, recorded, recordsUntil, startRecorder } from "../support/page.ts";

test.use({ launchOptions: speaking(toneFile(6000, 4)) });

test("a 6 kHz tone at the microphone is at least 60 dB down in an 8 kHz uplink", async ({ page }) => {
  await openTestPage(page);
  await callEcho(page, { codecs: ["L16/8000"] });
  await startRecorder(page);
  await recordsUntil(page, 3500);
  const sound = await recorded(page);
  const settled = { ...sound, samples: sound.samples.subarray(sound.sampleRate) };
  const spokenDb = -9; // amplitude 0.5
  expect(toneDb(settled, 2000)).toBeLessThan(spokenDb - 60);
  expect(levelDb(settled.samples)).toBeLessThan(-50); // whatever else there is: a moment the machine did not keep up
  await hangUp(page);
});
