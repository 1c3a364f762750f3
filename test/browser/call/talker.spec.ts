import { expect, test } from "@playwright/test";
import { createVoiceServer, type VoiceSession } from "../../../lib/node/index.ts";
import { align, levelDb, resample, seededRandom } from "../../support/signal.ts";
import { microphoneFile, speech } from "../../support/speech.ts";
import { hangUp, log, startCall, stats } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { openTestPage, recorded, recordingOffsetMs, startRecorder } from "../support/page.ts";

const spokenAfterMs = 5000;
const interruption = microphoneFile({
  text: "Stop, please. I would like to say something now.",
  leadMs: spokenAfterMs,
  tailMs: 6000,
  noiseDb: -66,
  seed: 5,
});
test.use({ launchOptions: speaking(interruption) });

/** Ten seconds of speech over noise at −31 dBFS, so that every window is unique and any silence is our own. */
function utterance(rate: number): Int16Array {
  const text = "This is a long answer that goes on and on, so that there is enough of it to listen to. ".repeat(3);
  const { samples } = resample(speech(text), rate);
  const random = seededRandom(11);
  return Int16Array.from({ length: rate * 10 }, (_, i) => 12_000 * (samples[i] ?? 0) + 900 * (2 * random() - 1));
}

/** A page in a call with an agent that does what the test says. */
async function withAgent(
  page: import("@playwright/test").Page,
  use: (agent: VoiceSession) => Promise<void>,
): Promise<void> {
  let agent: VoiceSession | undefined;
  const server = createVoiceServer({
    port: 0,
    host: "127.0.0.1",
    allowedOrigins: "*",
    onCall: (call) => {
      agent = call;
    },
  });
  await server.ready;
  try {
    await openTestPage(page);
    await startCall(page, { src: server.url, codecs: ["L16/16000"] });
    await startRecorder(page);
    await page.waitForTimeout(300);
    await expect.poll(() => agent).toBeDefined();
    await use(agent!);
    await hangUp(page);
  } finally {
    await server.close();
  }
}

test("ten seconds sent five times faster than real time play at 1.0 with nothing lost", async ({ page }) => {
  const sound = utterance(16_000); // before the call: it keeps this process busy, which is the server's, too
  await withAgent(page, async (agent) => {
    const started = Date.now();
    await agent.output.speak(new Uint8Array(sound.buffer), { speed: 5 });
    const sentMs = Date.now() - started;
    await page.waitForTimeout(11_500 - sentMs);
    const { playback } = (await stats(page)).audio!;
    const heard = resample(await recorded(page), 8000).samples;
    const said = resample({ samples: Float32Array.from(sound, (x) => x / 32768), sampleRate: 16_000 }, 8000).samples;
    const pieces = [0, 2, 4, 6, 8, 9].map((second) =>
      align(heard, said.subarray(second * 8000, (second + 1) * 8000 - 8)),
    );
    // A recorder that the machine kept waiting has holes of its own: most pieces must be whole, and those must be where they belong.
    const whole = pieces.map(({ lag, correlation }, i) => ({ correlation, lag: lag - [0, 2, 4, 6, 8, 9][i]! * 8000 }));
    const lags = whole.filter(({ correlation }) => correlation > 0.9).map(({ lag }) => lag);
    expect(lags.length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...lags) - Math.min(...lags)).toBeLessThanOrEqual(160); // 20 ms over 10 s: the recorder's holes; stretching by 1.05 would be 500
    expect(playback!.bytes).toMatchObject({
      received: sound.byteLength,
      played: sound.byteLength,
      dropped: 0,
      flushed: 0,
    });
    console.log(
      `sent in ${sentMs} ms (${(10_000 / sentMs).toFixed(1)}×), correlation ≥ ${Math.min(...pieces.map((p) => p.correlation)).toFixed(3)}`,
    );
  });
});

test("a clear silences within 100 ms, the length is exact, and what comes after it plays whole", async ({ page }) => {
  const sound = utterance(16_000); // before the call: it keeps this process busy, which is the server's, too
  await withAgent(page, async (agent) => {
    await agent.output.speak(new Uint8Array(sound.buffer), { speed: 20 });
    await page.waitForTimeout(1500);
    const clearedAt = Date.now();
    const { len, sentBytes, playedBytes } = await agent.clear();
    await page.waitForTimeout(700);
    const played = (await stats(page)).audio!.playback!.bytes;
    expect(sentBytes).toBe(sound.byteLength);
    expect(len).toBeGreaterThan(0);
    expect(len).toBe(played.flushed);
    expect(sentBytes - len).toBe(playedBytes);
    expect(played.played).toBe(playedBytes);
    const [interrupted] = (await log(page)).filter(({ type }) => type === "interrupted");
    expect(interrupted?.detail.removedBytes).toBe(len);
    expect(interrupted?.detail.heardMs).toBeCloseTo(playedBytes / 32, 0);

    const at = await recordingOffsetMs(page, clearedAt);
    const recording = await recorded(page);
    const slice = (fromMs: number, toMs: number) =>
      recording.samples.subarray((fromMs * recording.sampleRate) / 1000, (toMs * recording.sampleRate) / 1000);
    expect(levelDb(slice(at - 200, at - 20))).toBeGreaterThan(-45);
    expect(levelDb(slice(at + 100, at + 500))).toBeLessThan(-80);

    const next = sound.subarray(0, 16_000);
    await agent.output.speak(new Uint8Array(next.slice().buffer), { speed: 20 });
    await page.waitForTimeout(1500);
    const after = (await stats(page)).audio!.playback!.bytes;
    expect(after.played - played.played).toBe(next.byteLength);
    expect(after.flushed).toBe(played.flushed);
  });
});

test("talker stops when the caller speaks, and knows exactly how much was heard", async ({ page }) => {
  await openTestPage(page);
  await startCall(page, { src: "/rtvbp/talker" });
  await expect
    .poll(async () => (await log(page)).some(({ type }) => type === "interrupted"), { timeout: 25_000 })
    .toBe(true);
  const interrupted = (await log(page)).find(({ type }) => type === "interrupted")!.detail;
  await expect
    .poll(async () => (await log(page)).filter(({ type }) => type === "variables").at(-1)?.detail.talker?.clears.length)
    .toBeGreaterThan(0);
  const books = (await log(page)).filter(({ type }) => type === "variables").at(-1)!.detail.talker;
  const [clear] = books.clears;
  expect(clear.len).toBe(interrupted.removedBytes);
  expect(clear.sentBytes - clear.len).toBe(clear.playedBytes);
  const captions = (await log(page)).filter(({ type }) => type === "caption").map(({ detail }) => detail.speaker);
  expect(captions).toContain("agent");
  await hangUp(page);
});
