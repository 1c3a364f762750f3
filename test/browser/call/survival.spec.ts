import { chromium, expect, type Page, test } from "@playwright/test";
import { createVoiceServer, type VoiceSession } from "../../../lib/node/index.ts";
import { align, levelDb, resample } from "../../support/signal.ts";
import { microphoneFile } from "../../support/speech.ts";
import { readWav } from "../../support/wav.ts";
import { hangUp, log, startCall, stats } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { loadLibrary, nothingOpen, openTestPage, recorded, startRecorder, stillOpen } from "../support/page.ts";
import { buildServerProgram, ServerProcess } from "../support/server-process.ts";

const text =
  "The quick brown fox jumps over the lazy dog, while seven wizards box with five jugs of liquid. Every good boy does fine.";
const spoken = microphoneFile({ text, leadMs: 200, tailMs: 200, seed: 7 });

test.use({ launchOptions: speaking(spoken) });

let program: string;
let server: ServerProcess;
test.beforeAll(async () => {
  program = await buildServerProgram();
});
test.beforeEach(async () => {
  server = new ServerProcess(program);
  await server.start();
});
test.afterEach(() => server.kill());

const states = async (page: Page) =>
  (await log(page)).filter(({ type }) => type === "state").map(({ detail, at }) => ({ state: detail as string, at }));
const names = async (page: Page) => (await states(page)).map(({ state }) => state);
const ends = async (page: Page) => (await log(page)).filter(({ type }) => type === "ended");
const began = ["initiating", "connecting", "active"];

/** Waits for a state of the call, and says when it was reached. */
async function reached(page: Page, state: string, timeout: number): Promise<number> {
  await expect.poll(() => page.evaluate(() => window.call.state), { timeout, intervals: [50] }).toBe(state);
  return (await states(page)).findLast((one) => one.state === state)!.at;
}

/** Samples so far. */
const played = (page: Page) => page.evaluate(() => window.recorder.chunks.length * 4096);

/** What was played since sample `from`: how well its best half second agrees with what was spoken. */
async function echoSince(page: Page, from: number): Promise<number> {
  const { samples, sampleRate } = await recorded(page);
  const heard = resample({ samples: samples.subarray(from), sampleRate }, 8000).samples;
  const said = resample(readWav(spoken), 8000).samples;
  const twice = new Float32Array(said.length * 2); // the fake microphone repeats its file
  twice.set(said);
  twice.set(said, said.length);
  const pieces = Array.from({ length: Math.floor(heard.length / 4000) }, (_, piece) =>
    align(twice, heard.subarray(piece * 4000, (piece + 1) * 4000)),
  );
  return Math.max(0, ...pieces.map(({ correlation }) => correlation));
}

/** When the page has got sound over a connection that is still to come, epoch milliseconds. */
const whenItHears = (page: Page) =>
  page.evaluate(async () => {
    for (;;) {
      const { transport } = await window.call.stats();
      if (window.call.state === "active" && transport && transport.receivedFrames > 0) return Date.now();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });

test("the server is killed and started again: the same call goes on within 2 s of its return, heard both ways", async ({
  page,
}) => {
  await openTestPage(page);
  await startCall(page, { src: server.url });
  const id = await page.evaluate(() => window.call.id);
  await startRecorder(page);
  await page.waitForTimeout(1500);
  await server.kill();
  await reached(page, "reconnecting", 1000);
  await page.waitForTimeout(4000);
  const hearing = whenItHears(page);
  const returnedAt = await server.start();
  const bothWaysAt = await hearing;
  const activeAt = await reached(page, "active", 1000);
  const from = await played(page);
  const [before, after] = server.of("active");
  expect(server.of("heard")[1]!.at - returnedAt).toBeLessThan(2000);
  expect(bothWaysAt - returnedAt).toBeLessThan(2000);
  expect([before?.call, after?.call]).toEqual([id, id]);
  expect(after?.resumedFrom).toBe(before?.session);
  await page.waitForTimeout(1500);
  expect(levelDb((await recorded(page)).samples.subarray(from))).toBeGreaterThan(-50);
  // What was held back is played faster until it has caught up.
  await expect.poll(async () => (await stats(page)).audio?.playback?.heldMs, { timeout: 20_000 }).toBeLessThan(300);
  const caughtUp = await played(page);
  await page.waitForTimeout(2500);
  // Other words than the spoken ones reach 0.4; the buffer, which still trims its delay, takes some of the rest.
  expect(await echoSince(page, caughtUp)).toBeGreaterThanOrEqual(0.8);
  expect(await names(page)).toEqual([...began, "reconnecting", "active"]);
  expect(await ends(page)).toEqual([]);
  const { audio } = await stats(page);
  console.log(
    `active ${Math.round(activeAt - returnedAt)} ms after the return, both ways after ${Math.round(bothWaysAt - returnedAt)} ms, ` +
      `loop ${audio?.loop?.lastMs.toFixed(0)} ms`,
  );
  await hangUp(page);
  expect((await ends(page)).map(({ detail }) => detail)).toEqual([{ reason: "normal", by: "local" }]);
  expect(await stillOpen(page)).toEqual(nothingOpen);
});

test("the server is killed for good: one end within 15 s, the microphone is given back, nothing is open", async ({
  page,
}) => {
  await openTestPage(page);
  await startCall(page, { src: server.url });
  await page.waitForTimeout(500);
  const killedAt = Date.now();
  await server.kill();
  const endedAt = await reached(page, "failed", 16_000);
  expect(endedAt - killedAt).toBeLessThan(15_000);
  expect(await names(page)).toEqual([...began, "reconnecting", "failed"]);
  expect((await ends(page)).map(({ detail }) => detail)).toEqual([
    { reason: "session-lost", by: "network", error: "session-lost" },
  ]);
  expect(await stillOpen(page)).toEqual(nothingOpen);
  console.log(`ended ${Math.round(endedAt - killedAt)} ms after the kill`);
});

test("the server freezes: the page finds out within 15 s, and goes on when it thaws", async ({ page }) => {
  await openTestPage(page);
  await startCall(page, { src: server.url });
  await page.waitForTimeout(1500);
  const frozenAt = Date.now();
  server.freeze();
  const foundAt = await reached(page, "reconnecting", 16_000);
  expect(foundAt - frozenAt).toBeLessThan(15_000);
  server.thaw();
  await reached(page, "active", 8000);
  await expect.poll(async () => (await stats(page)).transport?.receivedFrames).toBeGreaterThan(10);
  await expect.poll(() => server.of("ended").length).toBe(1);
  expect(await names(page)).toEqual([...began, "reconnecting", "active"]);
  console.log(`found out ${Math.round(foundAt - frozenAt)} ms after the freeze`);
  await hangUp(page);
  expect(await stillOpen(page)).toEqual(nothingOpen);
});

test("the browser freezes, as when its machine sleeps: the server finds out within 15 s, and the call goes on when it wakes", async ({
  baseURL,
}) => {
  const browser = await chromium.launchServer({ ...speaking(spoken), handleSIGINT: false });
  const group = -browser.process().pid!;
  const client = await chromium.connect(browser.wsEndpoint());
  try {
    const context = await client.newContext({ permissions: ["microphone"], ...(baseURL && { baseURL }) });
    const page = await context.newPage();
    await openTestPage(page);
    await startCall(page, { src: server.url });
    await page.waitForTimeout(1500);
    const frozenAt = Date.now();
    process.kill(group, "SIGSTOP");
    await expect.poll(() => server.of("ended").length, { timeout: 16_000 }).toBe(1);
    const [end] = server.of("ended");
    expect(end!.at - frozenAt).toBeLessThan(15_000);
    expect(end!.by).toBe("network");
    process.kill(group, "SIGCONT");
    await expect.poll(() => server.of("active").length, { timeout: 15_000 }).toBe(2);
    const [before, after] = server.of("active");
    expect([after?.call, after?.resumedFrom]).toEqual([before?.call, before?.session]);
    await reached(page, "active", 5000);
    expect(await ends(page)).toEqual([]);
    console.log(`the server found out ${end!.at - frozenAt} ms after the freeze`);
    await hangUp(page);
    expect(await stillOpen(page)).toEqual(nothingOpen);
  } finally {
    process.kill(group, "SIGCONT");
    await client.close();
    await browser.close();
  }
});

test("the page is loaded again: the same call goes on in the new page", async ({ page }) => {
  await openTestPage(page);
  await startCall(page, { src: server.url, resume: "reload" });
  const id = await page.evaluate(() => window.call.id);
  await page.evaluate(() => window.call.setMuted(true));
  await page.waitForTimeout(500);
  await page.reload();
  await loadLibrary(page);
  expect(await page.evaluate(() => window.voicebridge.Call.resumable())).toBe(id);
  await startCall(page, { resume: "reload" }, { resumed: true });
  await expect.poll(() => server.of("active").length).toBe(2);
  const [before, after] = server.of("active");
  expect([after?.call, after?.resumedFrom]).toEqual([id, before?.session]);
  expect(await page.evaluate(() => [window.call.id, window.call.muted])).toEqual([id, true]);
  await expect.poll(async () => (await stats(page)).transport?.receivedFrames).toBeGreaterThan(10);
  await expect.poll(() => server.of("ended").length).toBe(1);
  await hangUp(page);
  expect(await stillOpen(page)).toEqual(nothingOpen);
});

test("a page that is left ends its call", async ({ page }) => {
  await openTestPage(page);
  await startCall(page, { src: server.url });
  await page.goto("about:blank");
  await expect.poll(() => server.of("ended").length, { timeout: 5000 }).toBe(1);
  expect(server.of("active")).toHaveLength(1);
  console.log(`the server hears: ${server.of("ended")[0]?.by}, ${server.of("ended")[0]?.reason}`);
});

test("a server that restarts sends its calls elsewhere: the same call goes on, and so does its recording", async ({
  page,
}) => {
  const calls: VoiceSession[] = [];
  const other = createVoiceServer({
    port: 0,
    host: "127.0.0.1",
    allowedOrigins: "*",
    onCall: async (call) => {
      calls.push(call);
      for await (const frame of call.audio) call.output.send(frame);
    },
  });
  await other.ready;
  await openTestPage(page);
  await startCall(page, { src: other.url });
  await page.evaluate(() =>
    window.call.addEventListener("recording", ({ id, blob }) => {
      window.log.push({ type: "recording", detail: JSON.stringify([id, blob?.size ?? 0]), at: 0 });
    }),
  );
  const recording = await calls[0]!.startRecording(["both"]);
  await page.waitForTimeout(500);
  const closedAt = Date.now();
  await calls[0]!.session.transport!.close(1012, "service restart");
  await expect.poll(() => calls.length, { intervals: [20] }).toBe(2);
  expect(Date.now() - closedAt).toBeLessThan(2000);
  await reached(page, "active", 2000);
  expect(calls[1]!.call.id).toBe(calls[0]!.call.id);
  expect(calls[1]!.resumedFrom).toBe(calls[0]!.call.session_id);
  await calls[1]!.stopRecording(recording);
  const recordings = (await log(page)).filter(({ type }) => type === "recording").map(({ detail }) => detail);
  expect(recordings.map(([id]) => id)).toEqual([recording, recording]);
  expect(recordings[1][1]).toBeGreaterThan(1000);
  expect(await names(page)).toEqual([...began, "reconnecting", "active"]);
  await hangUp(page);
  await other.close();
  expect(await stillOpen(page)).toEqual(nothingOpen);
});
