import { expect, test } from "@playwright/test";
import type { CallStats } from "../../../lib/index.ts";
import { align, levelDb, resample } from "../../support/signal.ts";
import { microphoneFile } from "../../support/speech.ts";
import { readWav, type Sound } from "../../support/wav.ts";
import { callEcho, hangUp, stats } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { freeze, nothingOpen, openTestPage, recorded, startRecorder, stillOpen } from "../support/page.ts";

const text =
  "The quick brown fox jumps over the lazy dog, while seven wizards box with five jugs of liquid. Every good boy does fine.";
const spoken = microphoneFile({ text, leadMs: 200, tailMs: 4000, seed: 7 });

test.use({ launchOptions: speaking(spoken) });

/** Best correlation of each `windowMs` piece of the recording with the microphone's file, both at 8 kHz. */
function piecewise(recording: Sound, microphone: Sound, windowMs: number, fromMs: number, toMs: number): number[] {
  const heard = resample(recording, 8000).samples;
  const said = resample(microphone, 8000).samples;
  const twice = new Float32Array(said.length * 2); // the fake microphone repeats its file
  twice.set(said);
  twice.set(said, said.length);
  const out: number[] = [];
  for (let at = fromMs; at + windowMs <= toMs; at += windowMs) {
    const piece = heard.subarray(at * 8, (at + windowMs) * 8);
    out.push(align(twice, piece).correlation);
  }
  return out;
}

const underruns = ({ audio }: CallStats) => audio!.playback!.underruns;

for (const isolated of [false, true]) {
  test.describe(isolated ? "cross-origin isolated" : "not isolated", () => {
    test("what was spoken comes back from echo, with nothing lost, and everything is given back", async ({ page }) => {
      await openTestPage(page, { isolated });
      await callEcho(page);
      await startRecorder(page);
      await page.waitForTimeout(1500);
      const before = await stats(page);
      await page.waitForTimeout(6000);
      const after = await stats(page);
      const sound = await recorded(page);

      const seconds = sound.samples.length / sound.sampleRate;
      const correlations = piecewise(sound, readWav(spoken), 1000, 1500, seconds * 1000);
      expect(correlations.length).toBeGreaterThanOrEqual(5);
      for (const correlation of correlations) expect(correlation).toBeGreaterThanOrEqual(0.9);

      expect(underruns(after) - underruns(before)).toBe(0);
      expect(after.transport!.droppedUplinkFrames + after.transport!.droppedDownlinkFrames).toBe(0);
      expect(after.transport!.thread).toBe("worker");
      expect(after.transport!.link).toBe(isolated ? "shared" : "port");
      expect(after.audio!.loop!.count).toBeGreaterThan(10);
      expect(after.audio!.loop!.medianMs).toBeLessThan(100);
      console.log(
        `${isolated ? "isolated" : "not isolated"}: correlation ${Math.min(...correlations).toFixed(3)}…${Math.max(...correlations).toFixed(3)}, ` +
          `loop ${after.audio!.loop!.medianMs.toFixed(1)} ms, rtt ${after.rttMs?.toFixed(1)} ms`,
      );

      await hangUp(page);
      expect(await stillOpen(page)).toEqual(nothingOpen);
    });

    test("a page frozen for 2 s loses no frame in either direction", async ({ page }) => {
      await openTestPage(page, { isolated });
      await callEcho(page);
      await startRecorder(page);
      await page.waitForTimeout(1500);
      const before = await stats(page);
      const started = Date.now();
      await freeze(page, 2000);
      const frozenMs = Date.now() - started;
      await page.waitForTimeout(1000);
      const after = await stats(page);
      const sound = await recorded(page);
      const elapsedFrames = (Date.now() - started) / 20;

      const sent = after.transport!.sentFrames - before.transport!.sentFrames;
      const received = after.transport!.receivedFrames - before.transport!.receivedFrames;
      expect(frozenMs).toBeGreaterThanOrEqual(2000);
      expect(sent).toBeGreaterThan(elapsedFrames - 25);
      expect(Math.abs(sent - received)).toBeLessThanOrEqual(10);
      expect(underruns(after) - underruns(before)).toBe(0);
      expect(after.transport!.droppedUplinkFrames + after.transport!.droppedDownlinkFrames).toBe(0);
      const seconds = sound.samples.length / sound.sampleRate;
      for (const correlation of piecewise(sound, readWav(spoken), 500, 1500, seconds * 1000)) {
        expect(correlation).toBeGreaterThanOrEqual(0.9);
      }
      await hangUp(page);
    });
  });
}

test.describe("a call that goes on", () => {
  test("worklets send the page at most 10 messages a second", async ({ page }) => {
    await openTestPage(page);
    await callEcho(page);
    await page.waitForTimeout(500);
    const before = await page.evaluate(() => window.workletMessages);
    await page.waitForTimeout(5000);
    const count = (await page.evaluate(() => window.workletMessages)) - before;
    expect(count).toBeGreaterThan(0);
    expect(count / 5).toBeLessThanOrEqual(10);
    await hangUp(page);
  });

  test("muted, it keeps sending frames, and they are silent", async ({ page }) => {
    await openTestPage(page);
    await callEcho(page);
    await page.evaluate(() => window.call.setMuted(true));
    expect(await page.evaluate(() => window.call.muted)).toBe(true);
    await page.waitForTimeout(500);
    const before = await stats(page);
    await startRecorder(page);
    await page.waitForTimeout(2000);
    const after = await stats(page);
    expect(after.transport!.sentFrames - before.transport!.sentFrames).toBeGreaterThanOrEqual(90);
    expect(levelDb((await recorded(page)).samples)).toBeLessThan(-90);
    await page.evaluate(() => window.call.setMuted(false));
    await hangUp(page);
  });
});
