import { expect, test } from "@playwright/test";
import type { CallStats } from "../../../lib/index.ts";
import { compareWindows } from "../../support/aligned.ts";
import { levelDb, resample } from "../../support/signal.ts";
import { microphoneFile } from "../../support/speech.ts";
import { readWav, type Sound } from "../../support/wav.ts";
import { callEcho, hangUp, stats } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { freeze, nothingOpen, openTestPage, recorded, startRecorder, stillOpen, watchHost } from "../support/page.ts";

const text = "The quick brown fox jumps over the lazy dog, while seven wizards box with five jugs of liquid.";
const spoken = microphoneFile({ text, leadMs: 200, tailMs: 500, seed: 7 });
test.use({ launchOptions: speaking(spoken) });

/** What was heard from `fromMs` on, against the microphone's file, both at 8 kHz, in windows of 100 ms. */
function compare(recording: Sound, fromMs: number) {
  const heard = resample(recording, 8000).samples.subarray(fromMs * 8);
  const said = resample(readWav(spoken), 8000).samples;
  const twice = new Float32Array(said.length * 2); // the fake microphone begins again at the end
  twice.set(said);
  twice.set(said, said.length);
  return compareWindows(heard, twice, 800);
}

const underruns = ({ audio }: CallStats) => audio!.playback!.underruns;
const droppedFrames = ({ transport }: CallStats) => transport!.droppedUplinkFrames + transport!.droppedDownlinkFrames;

for (const isolated of [false, true]) {
  const mode = isolated ? "cross-origin isolated" : "not isolated";

  test(`${mode}: what was spoken comes back from echo, nothing is lost, the page has its rest, and all is given back`, async ({
    page,
  }) => {
    await openTestPage(page, { isolated });
    await callEcho(page);
    await page.waitForTimeout(3000);
    await startRecorder(page);
    const hostStalls = await watchHost(page);
    const before = await stats(page);
    const messages = await page.evaluate(() => window.workletMessages);
    await page.waitForTimeout(6000);
    const perSecond = ((await page.evaluate(() => window.workletMessages)) - messages) / 6;
    const after = await stats(page);
    const stalls = await hostStalls();
    const { correlation, strangeWindows, windows } = compare(await recorded(page), 100);
    const { loop } = after.audio!;
    console.log(
      `${mode}: correlation ${correlation.toFixed(3)}, ${strangeWindows} of ${windows} windows strange, ` +
        `${underruns(after) - underruns(before)} underruns at ${stalls} stalls of the host, loop ${loop?.medianMs.toFixed(1)} ms`,
    );
    expect(windows).toBeGreaterThan(50);
    expect(correlation).toBeGreaterThanOrEqual(stalls > 20 ? 0.8 : 0.9);
    // A stall of the host is seen where it stops the page; it may stop the microphone's and the server's threads one after the other.
    expect(underruns(after) - underruns(before)).toBeLessThanOrEqual(3 * stalls);
    expect(droppedFrames(after)).toBe(0);
    expect(after.transport).toMatchObject({ thread: "worker", link: isolated ? "shared" : "port" });
    expect(loop!.count).toBeGreaterThan(10);
    expect(perSecond).toBeGreaterThan(0);
    expect(perSecond).toBeLessThanOrEqual(10);
    if (stalls === 0) expect(loop!.medianMs).toBeLessThan(100);

    await hangUp(page);
    expect(await stillOpen(page)).toEqual(nothingOpen);
  });

  test(`${mode}: a page frozen for 2 s loses no frame in either direction`, async ({ page }) => {
    await openTestPage(page, { isolated });
    await callEcho(page);
    await page.waitForTimeout(2000);
    await startRecorder(page);
    await page.waitForTimeout(500);
    const before = await stats(page);
    const startedAt = Date.now();
    await freeze(page, 2000);
    const frozenMs = Date.now() - startedAt;
    await page.waitForTimeout(1200);
    const after = await stats(page);
    const elapsedMs = Date.now() - startedAt;
    const { correlation, strangeWindows } = compare(await recorded(page), 100);

    const sent = after.transport!.sentFrames - before.transport!.sentFrames;
    const received = after.transport!.receivedFrames - before.transport!.receivedFrames;
    console.log(
      `${mode}: frozen ${frozenMs} ms, ${sent} frames sent and ${received} received in ${elapsedMs} ms, ` +
        `correlation ${correlation.toFixed(3)}, ${strangeWindows} windows strange`,
    );
    expect(frozenMs).toBeGreaterThanOrEqual(2000);
    // The figures of `stats` may be a second old: what counts is that the freeze is not missing.
    expect(sent).toBeGreaterThan((elapsedMs - 1000) / 20);
    expect(Math.abs(sent - received)).toBeLessThanOrEqual(15);
    expect(droppedFrames(after)).toBe(0);
    expect(correlation).toBeGreaterThanOrEqual(0.8);
    expect(strangeWindows).toBeLessThanOrEqual(6); // a frozen player would have 20
    await hangUp(page);
  });
}

test("muted, it keeps sending frames, and they are silent", async ({ page }) => {
  await openTestPage(page);
  await callEcho(page);
  await page.evaluate(() => window.call.setMuted(true));
  expect(await page.evaluate(() => window.call.muted)).toBe(true);
  await page.waitForTimeout(1000);
  const before = await stats(page);
  const startedAt = Date.now();
  await startRecorder(page);
  await page.waitForTimeout(2500);
  const after = await stats(page);
  const cadence = ((Date.now() - startedAt - 1000) / 20) * 0.9;
  expect(after.transport!.sentFrames - before.transport!.sentFrames).toBeGreaterThanOrEqual(cadence);
  expect(levelDb((await recorded(page)).samples)).toBeLessThan(-90);
  await page.evaluate(() => window.call.setMuted(false));
  await hangUp(page);
});
