import { expect, type Page, test } from "@playwright/test";
import { bundleOf } from "../../../demo/generate/bundles.ts";
import { microphoneFile } from "../../support/speech.ts";
import { log } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { nothingOpen, openTestPage, stillOpen } from "../support/page.ts";
import { callAll, confer } from "./page.ts";
import { startParties } from "./parties.ts";

test.setTimeout(150_000);
test.use({
  launchOptions: speaking(microphoneFile({ text: "There are ten of us in here, and not one more.", seed: 24 })),
});

const mixerFile = bundleOf("lib/audio/mixer-node.ts");
const names = Array.from({ length: 9 }, (_, i) => `caller number ${i + 1}`);

/** Processor seconds that the page's process has spent so far, all threads together. */
async function spentSeconds(page: Page): Promise<number> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return Math.max(...processInfo.filter(({ type }) => type === "renderer").map(({ cpuTime }) => cpuTime));
}

/** Processor seconds a second. */
async function load(page: Page, seconds = 5): Promise<number> {
  const [before, at] = [await spentSeconds(page), performance.now()];
  await page.waitForTimeout(seconds * 1000);
  return ((await spentSeconds(page)) - before) / ((performance.now() - at) / 1000);
}

test("ten participants are all heard, an eleventh is refused, and everything is given back", async ({ page }) => {
  const parties = await startParties();
  try {
    await openTestPage(page);
    const eleventh = "one too many";
    await callAll(
      page,
      [...names, eleventh].map((name) => ({ name, src: parties.url })),
    );
    const before = await load(page);
    await confer(page, names);
    const refusal = await page.evaluate(
      (name) =>
        window.conference.join(window.calls[name]!).then(
          () => "joined",
          (error) => error.code,
        ),
      eleventh,
    );
    expect(refusal).toBe("conference-full");
    expect(await page.evaluate(() => window.conference.participants.length)).toBe(10);
    await expect
      .poll(() => page.evaluate(() => window.conference.participants.every(({ level }) => level > 0.005)))
      .toBe(true);
    const during = await load(page);
    console.log(
      `ten calls: ${(100 * before).toFixed(0)} % of one processor; nine of them in a conference: ${(100 * during).toFixed(0)} %`,
    );
    // Each hears nine others: what arrives is louder than anybody alone, and never leaves full scale.
    const anybody = parties.party(names[3]!);
    await anybody.hears(1.5);
    expect(Math.max(...anybody.heard(anybody.now - 8000))).toBeGreaterThan(0.3);

    await page.evaluate(() => window.conference.end());
    expect((await log(page)).filter(({ type }) => type === "leave")).toHaveLength(10);
    for (const name of names) await expect.poll(() => parties.party(name).session.signal.aborted).toBe(true);
    const after = await page.evaluate((name) => window.calls[name]!.state, eleventh);
    expect(after).toBe("active");
    await page.evaluate((name) => window.calls[name]!.hangUp(), eleventh);
    await expect.poll(() => stillOpen(page)).toEqual(nothingOpen);
  } finally {
    await parties.close();
  }
});

test("mixing ten takes a small part of the audio thread", async ({ page }) => {
  await openTestPage(page);
  const seconds = 20;
  const { mixedMs, plainMs, rms } = await page.evaluate(
    async ([file, seconds]) => {
      const { MixerNode } = (await import(
        /* @vite-ignore */ file
      )) as typeof import("../../../lib/audio/mixer-node.ts");
      const render = async (mixed: boolean) => {
        const context = new OfflineAudioContext({ length: seconds * 48_000, sampleRate: 48_000 });
        const mixer = mixed ? await MixerNode.open(context, {}, () => {}) : undefined;
        for (let port = 0; port < 10; port++) {
          const buffer = new AudioBuffer({ length: 48_000, sampleRate: 48_000 });
          const samples = buffer.getChannelData(0);
          let state = port + 1;
          for (let i = 0; i < samples.length; i++) {
            state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
            samples[i] = (0.05 * state) / 2 ** 31;
          }
          const source = new AudioBufferSourceNode(context, { buffer, loop: true });
          source.start();
          if (!mixer) {
            source.connect(context.destination);
            continue;
          }
          mixer.take();
          mixer.connect(source, port);
          mixer.route(port, { gain: 1, hears: -1 });
          mixer.play(port, context.destination);
        }
        // Rendering is faster than messages: it waits for the routes.
        let at = 0;
        const begun = context.suspend(0.01).then(async () => {
          await new Promise((resolve) => setTimeout(resolve, 1000));
          at = performance.now();
          await context.resume();
        });
        const rendered = await context.startRendering();
        await begun;
        const ms = performance.now() - at;
        const out = rendered.getChannelData(0);
        const rms = Math.sqrt(out.reduce((sum, sample) => sum + sample * sample, 0) / out.length);
        mixer?.close();
        return { ms, rms };
      };
      const plain = await render(false);
      const mixed = await render(true);
      return { plainMs: plain.ms, mixedMs: mixed.ms, rms: mixed.rms / plain.rms };
    },
    [mixerFile, seconds] as const,
  );
  const share = (mixedMs - plainMs) / (seconds * 10);
  console.log(
    `mixer of ten: ${share.toFixed(2)} % of the audio thread (${plainMs.toFixed(0)} → ${mixedMs.toFixed(0)} ms for ${seconds} s)`,
  );
  expect(rms).toBeGreaterThan(8.9); // ten mixes of nine each
  expect(rms).toBeLessThan(9.1);
  expect(mixedMs).toBeLessThan(seconds * 1000);
});
