import { networkInterfaces } from "node:os";
import { expect, type Page, test } from "@playwright/test";
import { createVoiceServer, type VoiceSession } from "../../../lib/node/index.ts";
import { compareWindows } from "../../support/aligned.ts";
import { align, levelDb, resample, seededRandom } from "../../support/signal.ts";
import { microphoneFile, speech } from "../../support/speech.ts";
import { readWav, type Sound } from "../../support/wav.ts";
import { callEcho, hangUp, log, startCall, stats } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import {
  freeze,
  nothingOpen,
  openTestPage,
  recorded,
  recordingOffsetMs,
  startRecorder,
  stillOpen,
} from "../support/page.ts";

const text = "The quick brown fox jumps over the lazy dog, while seven wizards box with five jugs of liquid.";
const spoken = microphoneFile({ text, leadMs: 200, tailMs: 500, seed: 7 });
test.use({ launchOptions: speaking(spoken) });

const profiles = ["rtvbp.webrtc.v1"];
const reachable = Object.values(networkInterfaces())
  .flat()
  .some((address) => address && !address.internal);
test.skip(!reachable, "This machine has no network interface but loopback: a browser offers none of its addresses.");

/** What was heard from `fromMs` on, against the microphone's file, both at 8 kHz, in windows of 100 ms. */
function compare(recording: Sound, fromMs: number) {
  const heard = resample(recording, 8000).samples.subarray(fromMs * 8);
  const said = resample(readWav(spoken), 8000).samples;
  const twice = new Float32Array(said.length * 2); // the fake microphone begins again at the end
  twice.set(said);
  twice.set(said, said.length);
  return compareWindows(heard, twice, 800);
}

interface LevelLog {
  readonly perSecond: number;
  readonly input: number;
  readonly output: number;
}

/** How often levels were told within `ms`, and the largest of each direction. */
function watchLevels(page: Page, ms: number): Promise<LevelLog> {
  return page.evaluate(async (ms) => {
    let [count, input, output] = [0, 0, 0];
    const note = (event: { input: { rms: number }; output: { rms: number } }) => {
      count++;
      input = Math.max(input, event.input.rms);
      output = Math.max(output, event.output.rms);
    };
    window.call.addEventListener("level", note);
    await new Promise((resolve) => setTimeout(resolve, ms));
    window.call.removeEventListener("level", note as never);
    return { perSecond: (count * 1000) / ms, input, output };
  }, ms);
}

test("what was spoken comes back from echo by WebRTC, metered and counted, and everything is given back", async ({
  page,
}) => {
  await openTestPage(page);
  const startedAt = Date.now();
  await callEcho(page, { profiles });
  const connectedMs = Date.now() - startedAt;
  await page.waitForTimeout(3000);
  await startRecorder(page);
  const before = await stats(page);
  const levels = await watchLevels(page, 6000);
  const after = await stats(page);
  const { correlation, strangeWindows, windows } = compare(await recorded(page), 100);
  const { delay, quality, audio, transport } = after;
  const sent = transport!.sentFrames - before.transport!.sentFrames;
  console.log(
    `connected in ${connectedMs} ms, correlation ${correlation.toFixed(3)}, ${strangeWindows} of ${windows} windows strange, ` +
      `buffer ${delay!.bufferMs.toFixed(0)} ms, grade ${quality!.grade}, ${sent} packets sent, levels ${levels.perSecond.toFixed(1)} a second`,
  );
  expect(windows).toBeGreaterThan(50);
  expect(correlation).toBeGreaterThanOrEqual(0.8);
  expect(after).toMatchObject({ profile: "rtvbp.webrtc.v1", codec: "L16/8000/1" });
  expect(transport).toMatchObject({
    thread: "worker",
    link: "track",
    droppedUplinkFrames: 0,
    droppedDownlinkFrames: 0,
  });
  expect(audio).toMatchObject({ link: "track", playback: { state: "playing", sender: "live" } });
  expect(audio!.playback!.totalSamplesReceived).toBeGreaterThan(8000 * 6);
  expect(audio!.playback!.bytes.received).toBeGreaterThan(8000 * 6);
  expect(delay!.bufferMs).toBeGreaterThan(0);
  expect(sent).toBeGreaterThan((6000 / 20) * 0.8);
  expect(levels.perSecond).toBeLessThanOrEqual(5.2);
  expect(levels.perSecond).toBeGreaterThan(1);
  expect(levels.input).toBeGreaterThan(0.01);
  expect(levels.output).toBeGreaterThan(0.01);

  await hangUp(page);
  expect(await stillOpen(page)).toEqual(nothingOpen);
  expect((await log(page)).filter(({ type }) => type === "ended")).toHaveLength(1);
});

test("a page frozen for 2 s goes on speaking and hearing", async ({ page }) => {
  await openTestPage(page);
  await callEcho(page, { profiles });
  await page.waitForTimeout(2000);
  await startRecorder(page);
  await page.waitForTimeout(500);
  await freeze(page, 2000);
  await page.waitForTimeout(500);
  const { correlation, strangeWindows } = compare(await recorded(page), 100);
  console.log(`frozen: correlation ${correlation.toFixed(3)}, ${strangeWindows} windows strange`);
  expect(correlation).toBeGreaterThanOrEqual(0.8);
  expect(strangeWindows).toBeLessThanOrEqual(8); // one that fell silent would have 20
  await hangUp(page);
});

test("muted, packets keep their cadence and are silent, and the level still shows the microphone", async ({ page }) => {
  await openTestPage(page);
  await callEcho(page, { profiles });
  await page.evaluate(() => window.call.setMuted(true));
  expect(await page.evaluate(() => window.call.muted)).toBe(true);
  await page.waitForTimeout(1500);
  const before = await stats(page);
  const startedAt = Date.now();
  await startRecorder(page);
  const levels = await watchLevels(page, 2500);
  const after = await stats(page);
  const cadence = ((Date.now() - startedAt - 1000) / 20) * 0.9;
  expect(after.audio).toMatchObject({ muted: true, capture: { muted: true } });
  expect(after.transport!.sentFrames - before.transport!.sentFrames).toBeGreaterThanOrEqual(cadence);
  expect(levelDb((await recorded(page)).samples)).toBeLessThan(-70);
  expect(levels.input).toBeGreaterThan(0.01);
  expect(levels.output).toBeLessThan(0.001);
  await page.evaluate(() => window.call.setMuted(false));
  await page.waitForTimeout(1000);
  expect((await watchLevels(page, 1500)).output).toBeGreaterThan(0.01);
  await hangUp(page);
});

test("keys reach the menu, its prompt is taken back by the next key, and it hangs up in the end", async ({ page }) => {
  await openTestPage(page);
  await startCall(page, { src: "/rtvbp/ivr", profiles });
  await page.waitForTimeout(1000);
  await page.evaluate(() => window.call.sendDtmf("1"));
  const captions = async () => JSON.stringify((await log(page)).filter(({ type }) => type === "caption"));
  await expect.poll(captions).toContain("hours");
  await page.evaluate(() => window.call.sendDtmf("9"));
  await expect
    .poll(async () => (await log(page)).find(({ type }) => type === "ended")?.detail, { timeout: 25_000 })
    .toMatchObject({ by: "remote", reason: "goodbye" });
  const interrupted = (await log(page)).filter(({ type }) => type === "interrupted");
  expect(interrupted.length).toBeGreaterThan(0);
  for (const { detail } of interrupted) expect(detail.removedBytes).toBe(0);
  expect(await stillOpen(page)).toEqual(nothingOpen);
});

/** Speech over noise at −31 dBFS, so that every window is unique and any silence is our own. L16 at 8 kHz. */
function utterance(seconds: number): Uint8Array {
  const said = resample(
    speech("This is a long answer that goes on and on, so that there is enough of it. ".repeat(3)),
    8000,
  );
  const random = seededRandom(11);
  const samples = Int16Array.from(
    { length: 8000 * seconds },
    (_, i) => 12_000 * (said.samples[i] ?? 0) + 900 * (2 * random() - 1),
  );
  return new Uint8Array(samples.buffer);
}

/** A page in a call with an agent that does what the test says. */
async function withAgent(
  page: Page,
  use: (agents: readonly VoiceSession[]) => Promise<void>,
  start: (src: string) => Promise<void> = (src) => startCall(page, { src, profiles }),
): Promise<void> {
  const agents: VoiceSession[] = [];
  const server = createVoiceServer({
    port: 0,
    host: "127.0.0.1",
    allowedOrigins: "*",
    profiles: ["rtvbp.v1", ...profiles],
    onCall: (call) => void agents.push(call),
  });
  await server.ready;
  try {
    await openTestPage(page);
    await start(server.url);
    await use(agents);
    await hangUp(page);
    await expect.poll(() => server.stats().sessions).toBe(0);
  } finally {
    await server.close();
  }
}

test("speech sent faster than it is played goes out as it is played, and a clear takes back what has not gone", async ({
  page,
}) => {
  await withAgent(page, async ([agent]) => {
    await startRecorder(page);
    await page.waitForTimeout(500);
    const sound = utterance(10);
    const speaking = agent!.output.speak(sound, { speed: 5 });
    await page.waitForTimeout(4000);
    const clearedAt = Date.now();
    const { len, sentBytes, playedBytes, unsentBytes, heardMs } = await agent!.clear();
    await page.waitForTimeout(1500);
    const at = await recordingOffsetMs(page, clearedAt);
    expect(await speaking).toEqual({ sentBytes, complete: false });
    expect(sentBytes + unsentBytes).toBe(sound.byteLength);
    expect([len, playedBytes]).toEqual([0, sentBytes]);
    expect(heardMs).toBe(sentBytes / 16);
    expect(Math.abs(heardMs - 4000)).toBeLessThan(700); // the pace of a clock, on a machine that is busy
    const [interrupted] = (await log(page)).filter(({ type }) => type === "interrupted");
    expect(interrupted?.detail.removedBytes).toBe(0);

    const recording = await recorded(page);
    const slice = (fromMs: number, toMs: number) =>
      recording.samples.subarray((fromMs * recording.sampleRate) / 1000, (toMs * recording.sampleRate) / 1000);
    expect(levelDb(slice(at - 1500, at - 500))).toBeGreaterThan(-45);
    expect(levelDb(slice(at + 1000, at + 1400))).toBeLessThan(-60);
    const view = new Int16Array(sound.buffer);
    const said = Float32Array.from(view.subarray(16_000, 20_000), (sample) => sample / 32768);
    const { correlation } = align(resample(recording, 8000).samples, said);
    console.log(
      `cleared: ${heardMs} ms had gone, ${(unsentBytes / 16).toFixed(0)} ms had not; correlation ${correlation.toFixed(3)}`,
    );
    expect(correlation).toBeGreaterThan(0.4);
  });
});

test("who only listens hears, without a microphone or a permission", async ({ browser }) => {
  const context = await browser.newContext({ permissions: [] });
  const page = await context.newPage();
  const listen = (src: string) =>
    page.evaluate(
      async ([src, profiles]) => {
        window.call = new window.voicebridge.Call({ src, profiles, microphone: false });
        await window.call.start();
      },
      [src, profiles] as const,
    );
  await withAgent(
    page,
    async ([agent]) => {
      void agent!.output.speak(utterance(4));
      const { output, input } = await watchLevels(page, 2500);
      expect(output).toBeGreaterThan(0.01);
      expect(input).toBe(0);
    },
    listen,
  );
  expect(await stillOpen(page)).toEqual(nothingOpen);
  await context.close();
});

test("a connection that is lost is made again, and sound flows over the new one", async ({ page }) => {
  await withAgent(page, async (agents) => {
    await page.waitForTimeout(1000);
    const id = agents[0]!.call.id;
    agents[0]!.session.transport!.abandon("test");
    await expect.poll(() => agents.length, { timeout: 15_000 }).toBe(2);
    expect(agents[1]!.call.id).toBe(id);
    await expect.poll(() => page.evaluate(() => window.call.state)).toBe("active");
    void agents[1]!.output.speak(utterance(4));
    const { output } = await watchLevels(page, 2500);
    expect(output).toBeGreaterThan(0.01);
    await expect.poll(() => agents[1]!.audio.receivedBytes).toBeGreaterThan(16_000);
    const states = (await log(page)).filter(({ type }) => type === "state").map(({ detail }) => detail);
    expect(states).toEqual(["initiating", "connecting", "active", "reconnecting", "active"]);
  });
  expect(await stillOpen(page)).toEqual(nothingOpen);
});
