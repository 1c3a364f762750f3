import { expect, test } from "@playwright/test";
import type { CodecPreference } from "../../../lib/index.ts";
import { compareWindows } from "../../support/aligned.ts";
import { levelDb, resample } from "../../support/signal.ts";
import { microphoneFile } from "../../support/speech.ts";
import { readWav } from "../../support/wav.ts";
import { callEcho, hangUp, log, startCall } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { openTestPage, recorded, startRecorder } from "../support/page.ts";

const spoken = microphoneFile({ text: "Every codec carries this sentence.", leadMs: 100, tailMs: 100, seed: 9 });
test.use({ launchOptions: speaking(spoken) });

const codecs: readonly [CodecPreference, string][] = [
  ["L16/16000", "L16/16000/1"],
  ["L16/24000", "L16/24000/1"],
  ["G722", "G722/16000/1"],
  ["PCMU", "PCMU/8000/1"],
  ["PCMA", "PCMA/8000/1"],
];

for (const [preference, id] of codecs) {
  test(`${preference}: negotiated, heard back from echo, and spoken by ivr`, async ({ page }) => {
    await openTestPage(page);
    await callEcho(page, { codecs: [preference] });
    expect(await page.evaluate(() => window.call.codec?.id)).toBe(id);
    await page.waitForTimeout(1500);
    await startRecorder(page);
    await page.waitForTimeout(2500);
    const sound = await recorded(page);
    await hangUp(page);
    const heard = resample(sound, 8000).samples.subarray(800);
    const said = resample(readWav(spoken), 8000).samples;
    const twice = new Float32Array(said.length * 2);
    twice.set(said);
    twice.set(said, said.length);
    const { correlation } = compareWindows(heard, twice, 800);
    console.log(`${preference}: correlation ${correlation.toFixed(3)}`);
    expect(correlation).toBeGreaterThan(0.9);

    await startCall(page, { src: "/rtvbp/ivr", codecs: [preference] });
    expect(await page.evaluate(() => window.call.codec?.id)).toBe(id);
    await startRecorder(page);
    await expect.poll(async () => (await log(page)).some(({ type }) => type === "caption")).toBe(true);
    await page.waitForTimeout(1500);
    expect(levelDb((await recorded(page)).samples)).toBeGreaterThan(-40);
    await hangUp(page);
  });
}
