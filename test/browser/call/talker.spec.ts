import { expect, test } from "@playwright/test";
import { createVoiceServer, type VoiceSession } from "../../../lib/node/index.ts";
import { align, levelDb, resample, seededRandom } from "../../support/signal.ts";
import { microphoneFile, speech } from "../../support/speech.ts";
import { hangUp, log, startCall, stats } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { openTestPage, recorded, recordsUntil, renderedMs, startRecorder } from "../support/page.ts";

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
    await recordsUntil(page, 200);
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
    const played = async () => (await stats(page)).audio!.playback!;
    await agent.output.speak(new Uint8Array(sound.buffer), { speed: 5 });
    await expect.poll(async () => (await played()).bytes.played).toBe(sound.byteLength);
    const { bytes, sender, insertedSamplesForDeceleration, removedSamplesForAcceleration } = await played();
    expect([sender, insertedSamplesForDeceleration, removedSamplesForAcceleration]).toEqual(["generated", 0, 0]);
    expect(bytes).toMatchObject({ received: sound.byteLength, dropped: 0, flushed: 0 });
    await recordsUntil(page, (await renderedMs(page)) + 100);
    const heard = resample(await recorded(page), 8000).samples;
    const said = resample({ samples: Float32Array.from(sound, (x) => x / 32768), sampleRate: 16_000 }, 8000).samples;
    const pieces = [0, 2, 4, 6, 8, 9].map((second) =>
      align(heard, said.subarray(second * 8000, (second + 1) * 8000 - 8)),
    );
    // Where the machine held up this process, which sends it, there is a pause in one of them.
    const whole = pieces.filter(({ correlation }) => correlation > 0.8);
    expect(whole.length).toBeGreaterThanOrEqual(3);
    expect(whole.map(({ lag }) => lag)).toEqual(whole.map(({ lag }) => lag).sort((a, b) => a - b));
    console.log(`correlation of six pieces: ${pieces.map(({ correlation }) => correlation.toFixed(3)).join(", ")}`);
  });
});

test("a clear silences, the length is exact, and what comes after it plays whole", async ({ page }) => {
  const sound = utterance(16_000); // before the call: it keeps this process busy, which is the server's, too
  await withAgent(page, async (agent) => {
    await agent.output.speak(new Uint8Array(sound.buffer), { speed: 20 });
    const bytes = async () => (await stats(page)).audio!.playback!.bytes;
    await expect.poll(async () => (await bytes()).played).toBeGreaterThan(8000); // a quarter of a second
    const before = await renderedMs(page);
    const { len, sentBytes, playedBytes } = await agent.clear();
    const after = await renderedMs(page); // the page has answered: what is rendered from now on is behind the clear
    await expect.poll(async () => (await bytes()).flushed).toBeGreaterThan(0);
    const played = await bytes();
    expect(sentBytes).toBe(sound.byteLength);
    expect(len).toBeGreaterThan(0);
    expect(len).toBe(played.flushed);
    expect(sentBytes - len).toBe(playedBytes);
    expect(played.played).toBe(playedBytes);
    const [interrupted] = (await log(page)).filter(({ type }) => type === "interrupted");
    expect(interrupted?.detail.removedBytes).toBe(len);
    expect(interrupted?.detail.heardMs).toBeCloseTo(playedBytes / 32, 0);

    await recordsUntil(page, after + 600);
    const recording = await recorded(page);
    const slice = (fromMs: number, toMs: number) =>
      recording.samples.subarray((fromMs * recording.sampleRate) / 1000, (toMs * recording.sampleRate) / 1000);
    expect(levelDb(slice(before - 180, before))).toBeGreaterThan(-45);
    expect(levelDb(slice(after + 50, after + 500))).toBeLessThan(-80); // the last milliseconds fade

    const next = sound.subarray(0, 16_000);
    await agent.output.speak(new Uint8Array(next.slice().buffer), { speed: 20 });
    await expect.poll(async () => (await bytes()).played - played.played).toBe(next.byteLength);
    expect((await bytes()).flushed).toBe(played.flushed);
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
