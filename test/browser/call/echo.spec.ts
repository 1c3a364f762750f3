/** Nothing here is judged by how fast or how evenly the machine runs: that is `npm run bench:call -- --only steady`. */
import { expect, type Page, test } from "@playwright/test";
import { bestStretch, compareWindows } from "../../support/aligned.ts";
import { resample } from "../../support/signal.ts";
import { microphoneFile } from "../../support/speech.ts";
import { readWav, type Sound } from "../../support/wav.ts";
import { hangUp, startCall, stats } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { type FarEnd, withEcho } from "../support/far-end.ts";
import {
  freeze,
  nothingOpen,
  openTestPage,
  recorded,
  recordingOffsetMs,
  recordsUntil,
  startRecorder,
  stillOpen,
} from "../support/page.ts";

const text = "The quick brown fox jumps over the lazy dog, while seven wizards box with five jugs of liquid.";
const spoken = microphoneFile({ text, leadMs: 200, tailMs: 500, seed: 7 });
test.use({ launchOptions: speaking(spoken) });

/** A stretch of what was heard against the microphone's file, both at 8 kHz, in windows of 100 ms. */
function compare(recording: Sound, fromMs: number, toMs?: number) {
  const heard = resample(recording, 8000).samples.subarray(fromMs * 8, toMs && toMs * 8);
  const said = resample(readWav(spoken), 8000).samples;
  const twice = new Float32Array(said.length * 2); // the fake microphone begins again at the end
  twice.set(said);
  twice.set(said, said.length);
  return compareWindows(heard, twice, 800);
}

/** The audio threads stand still from now on: what is on its way arrives, and every frame is where it must be. */
async function expectNothingLost(page: Page, far: FarEnd): Promise<void> {
  await page.evaluate(() => window.opened.contexts[0]!.suspend());
  const onTheWay = async () => {
    const { audio, transport } = await stats(page);
    const { sentFrames, receivedFrames } = transport!;
    const made = audio!.capture!.uplink!.frames;
    return {
      toTheSocket: made - sentFrames,
      there: sentFrames - far.heard.length,
      back: far.heard.length - receivedFrames,
    };
  };
  await expect.poll(onTheWay).toEqual({ toTheSocket: 0, there: 0, back: 0 });
  const { audio, transport } = await stats(page);
  expect(transport).toMatchObject({ droppedUplinkFrames: 0, droppedDownlinkFrames: 0, earlyFrames: 0 });
  expect([audio!.capture!.uplink!.droppedFrames, audio!.downlink!.droppedFrames]).toEqual([0, 0]);
  const { received, played, held, flushed, dropped } = audio!.playback!.bytes;
  expect(received).toBe(audio!.downlink!.bytes);
  expect(played + held + flushed + dropped).toBe(received);
}

for (const isolated of [false, true]) {
  const mode = isolated ? "cross-origin isolated" : "not isolated";

  test(`${mode}: what was spoken comes back from echo, nothing is lost, the page has its rest, and all is given back`, async ({
    page,
  }) => {
    await withEcho(async (far) => {
      await openTestPage(page, { isolated });
      await startCall(page, { src: far.url });
      const loop = async () => (await stats(page)).audio?.loop;
      await expect.poll(async () => (await loop())?.count ?? 0).toBeGreaterThan(10);
      const { medianMs } = (await loop())!;
      expect(Number.isFinite(medianMs) && medianMs > 0, `${medianMs} ms`).toBe(true);

      await startRecorder(page);
      const counted = () => page.evaluate(() => ({ messages: window.workletMessages, atMs: performance.now() }));
      const before = await counted();
      await recordsUntil(page, 6000);
      const after = await counted();
      const perSecond = (1000 * (after.messages - before.messages)) / (after.atMs - before.atMs);
      expect(perSecond).toBeGreaterThan(0);
      expect(perSecond).toBeLessThanOrEqual(10);
      const { audio, transport } = await stats(page);
      expect(transport).toMatchObject({ thread: "worker", link: isolated ? "shared" : "port" });

      await expectNothingLost(page, far);

      // Half a second in which nothing was held up comes on any machine; where the sound were another one, it would never come. Comparing keeps
      // this process busy, which is the other end: nothing that is asked of the call comes after it.
      let heard = compare(await recorded(page), 100);
      for (let ms = 12_000; bestStretch(heard, 5) < 0.95 && ms <= 36_000; ms += 6000) {
        await page.evaluate(() => window.opened.contexts[0]!.resume());
        await recordsUntil(page, ms);
        heard = compare(await recorded(page), 100);
      }
      expect(bestStretch(heard, 5)).toBeGreaterThanOrEqual(0.95);
      const { correlation, strangeWindows, windows } = heard;
      console.log(
        `${mode}: correlation ${correlation.toFixed(3)}, of the best half second ${bestStretch(heard, 5).toFixed(3)}, ${strangeWindows} of ${windows} windows strange, ` +
          `${audio!.playback!.underruns} underruns, loop ${medianMs.toFixed(1)} ms, ${perSecond.toFixed(1)} messages a second`,
      );
      await hangUp(page);
      await expect.poll(() => stillOpen(page)).toEqual(nothingOpen);
    });
  });

  test(`${mode}: a page frozen for 2 s loses no frame in either direction`, async ({ page }) => {
    await withEcho(async (far) => {
      await openTestPage(page, { isolated });
      await startCall(page, { src: far.url });
      await expect.poll(async () => (await stats(page)).audio?.loop?.count ?? 0).toBeGreaterThan(10);
      await startRecorder(page);
      await recordsUntil(page, 500);
      const { fromMs, toMs } = await freeze(page, 2000);
      const [from, to] = [await recordingOffsetMs(page, fromMs), await recordingOffsetMs(page, toMs)];
      await recordsUntil(page, to + 500);
      await expectNothingLost(page, far);

      expect(toMs - fromMs).toBeGreaterThanOrEqual(2000);
      // Of about 100. A page that carries them itself has some three on the way when it stops.
      const arrived = far.heard.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length;
      expect(arrived).toBeGreaterThan(20);
      // Of 20. A player that waits for the page has nothing but what it held, two or three.
      const { strangeWindows, windows, correlation } = compare(await recorded(page), from, to);
      console.log(
        `${mode}: frozen, ${arrived} frames arrived, correlation ${correlation.toFixed(3)}, ${strangeWindows} of ${windows} windows strange`,
      );
      expect(windows - strangeWindows).toBeGreaterThan(5);
      await hangUp(page);
    });
  });
}

test("muted, it keeps sending frames, and they are silent", async ({ page }) => {
  await withEcho(async (far) => {
    await openTestPage(page);
    await startCall(page, { src: far.url });
    await expect.poll(() => far.heard.filter(({ silent }) => !silent).length).toBeGreaterThan(20);
    await page.evaluate(() => window.call.setMuted(true));
    expect(await page.evaluate(() => window.call.muted)).toBe(true);
    await expect.poll(() => far.heard.at(-1)?.silent).toBe(true);
    const muted = far.heard.length;
    await expect.poll(() => far.heard.length - muted).toBeGreaterThan(100);
    expect(far.heard.slice(muted).filter(({ silent }) => !silent)).toEqual([]);
    await page.evaluate(() => window.call.setMuted(false));
    await expect.poll(() => far.heard.at(-1)?.silent).toBe(false);
    await hangUp(page);
  });
});
