/** How an application tests in a browser: a microphone that speaks on cue, and an agent in the page in place of a server. */
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { build } from "esbuild";
import { withoutMicrophone } from "../support/chromium.ts";
import type { TestingWindow } from "./page.ts";

declare const window: TestingWindow & Window;

// There is no microphone on this machine: what is heard comes from the fake one.
test.use({ launchOptions: withoutMicrophone() });

const root = resolve(import.meta.dirname, "../../..");
const origin = "http://localhost:1"; // a secure context; every request to it is answered below
let script: Promise<string> | undefined;

function pageScript(): Promise<string> {
  script ??= build({
    entryPoints: [resolve(import.meta.dirname, "page.ts")],
    bundle: true,
    format: "esm",
    target: "es2022",
    tsconfig: resolve(root, "tsconfig.json"),
    write: false,
    logLevel: "error",
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? "");
  return script;
}

/** An empty page with a button; nothing is served, nothing is dialled. */
async function open(page: Page, hash = ""): Promise<void> {
  const code = await pageScript();
  await page.route(`${origin}/**`, (route) => {
    if (route.request().url().endsWith("/page.js"))
      return route.fulfill({ contentType: "text/javascript", body: code });
    const html = `<!doctype html><html lang="en"><title>testing</title><link rel="icon" href="data:,">
      <button>start</button><script type="module" src="/page.js"></script></html>`;
    return route.fulfill({ contentType: "text/html", body: html });
  });
  await page.goto(`${origin}/${hash}`);
}

/** A call with a fake microphone and an agent of this page, begun by a real click. */
async function start(page: Page): Promise<void> {
  await open(page);
  await page.evaluate(() => {
    window.onStart = async () => {
      const { FakeMicrophone, createTestPeer } = window.testing;
      window.peer = createTestPeer({ codecs: ["L16/16000/1"] });
      window.microphone = new FakeMicrophone();
      window.call = new window.voicebridge.Call({
        connect: window.peer.connect,
        microphone: window.microphone.stream,
      });
      await window.call.start();
      window.agent = await window.peer.next();
    };
  });
  await page.click("button");
  await page.evaluate(() => window.started);
}

/** The loudest frequency of what the page plays, once there is one that is not silence. */
const playedHz = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const output = window.call.outputNode!;
    const analyser = new AnalyserNode(output.context, { fftSize: 4096, smoothingTimeConstant: 0 });
    output.connect(analyser);
    const levels = new Float32Array(analyser.frequencyBinCount);
    return new Promise<number>((resolve) => {
      const look = setInterval(() => {
        analyser.getFloatFrequencyData(levels);
        const loudest = levels.reduce((best, level, bin) => (level > levels[best]! ? bin : best), 0);
        if (levels[loudest]! < -30) return;
        clearInterval(look);
        output.disconnect(analyser);
        resolve((loudest * output.context.sampleRate) / analyser.fftSize);
      }, 50);
    });
  });

test("the agent hears what the microphone speaks, and the page plays what the agent says", async ({ page }) => {
  await start(page);
  const heard = await page.evaluate(async () => {
    const { toneSound, toneDb } = window.testing;
    await window.microphone.speak(toneSound(700, 800));
    await window.agent.hears(1000, { timeoutMs: 30_000 });
    const sound = window.agent.heard();
    return { spoken: toneDb(sound, 700), other: toneDb(sound, 1250) };
  });
  expect(heard.spoken).toBeGreaterThan(-40); // there is more silence around it where the machine is slow
  expect(heard.other).toBeLessThan(heard.spoken - 20); // a hole in the sound, where the machine is busy, is heard at every frequency

  await page.evaluate(() => {
    window.agent.say(window.testing.toneSound(440, 20_000), { speed: 4 });
  });
  expect(Math.abs((await playedHz(page)) - 440)).toBeLessThan(15);

  const after = await page.evaluate(async () => {
    await window.agent.hangUp("thanks");
    await new Promise<void>((resolve) => {
      if (window.call.ended) resolve();
      window.call.addEventListener("ended", () => resolve());
    });
    const { ended } = window.call;
    const track = window.microphone.stream.getAudioTracks()[0]!;
    const handedInTrack = track.readyState;
    await window.microphone.close();
    return { ended, handedInTrack, track: track.readyState, context: window.microphone.context.state };
  });
  expect(after).toEqual({
    ended: { reason: "thanks", by: "remote" },
    handedInTrack: "live", // whose stream it is closes it
    track: "ended",
    context: "closed",
  });
});

test("it speaks the bytes of a file, and several sounds at a time", async ({ page }) => {
  await start(page);
  const levels = await page.evaluate(async () => {
    const { toneSound, toneDb } = window.testing;
    const { samples, sampleRate } = toneSound(900, 600, { sampleRate: 8000, amplitude: 0.3 });
    const wav = new Uint8Array(44 + samples.length * 2);
    const view = new DataView(wav.buffer);
    const write = (at: number, text: string): void => wav.set(new TextEncoder().encode(text), at);
    write(0, "RIFF");
    view.setUint32(4, 36 + samples.length * 2, true);
    write(8, "WAVEfmt ");
    view.setUint32(16, 16, true);
    view.setUint16(20, 1, true);
    view.setUint16(22, 1, true);
    view.setUint32(24, sampleRate, true);
    view.setUint32(28, sampleRate * 2, true);
    view.setUint16(32, 2, true);
    view.setUint16(34, 16, true);
    write(36, "data");
    view.setUint32(40, samples.length * 2, true);
    new Int16Array(wav.buffer, 44).set(samples);
    const buffer = new AudioBuffer({ length: 24_000, sampleRate: 48_000 });
    buffer.copyToChannel(
      Float32Array.from({ length: 24_000 }, (_, at) => 0.3 * Math.sin((2 * Math.PI * 2000 * at) / 48_000)),
      0,
    );
    await Promise.all([window.microphone.speak(wav), window.microphone.speak(buffer)]);
    await window.agent.hears(800, { timeoutMs: 30_000 });
    const sound = window.agent.heard();
    return [900, 2000, 1400].map((hz) => toneDb(sound, hz));
  });
  expect(levels[0]).toBeGreaterThan(-45);
  expect(levels[1]).toBeGreaterThan(-45);
  expect(levels[2]).toBeLessThan(Math.min(levels[0]!, levels[1]!) - 15);
});

test("installed, it is what a page gets that asks for a microphone; taken back, there is none", async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    window.onStart = async () => {
      const { FakeMicrophone, createTestPeer } = window.testing;
      window.peer = createTestPeer();
      window.microphone = new FakeMicrophone({ noiseDb: -40 });
      const takeBack = window.microphone.install();
      window.call = new window.voicebridge.Call({ connect: window.peer.connect });
      await window.call.start();
      takeBack();
      window.agent = await window.peer.next();
    };
  });
  await page.click("button");
  const outcome = await page.evaluate(async () => {
    await window.started;
    await window.microphone.speak(window.testing.toneSound(600, 400));
    await window.agent.hears(500, { timeoutMs: 30_000 });
    const heard = window.testing.toneDb(window.agent.heard(), 600);
    await window.call.hangUp();
    const still = window.microphone.stream.getAudioTracks()[0]!.readyState;
    const without = await new window.voicebridge.Call({ connect: window.peer.connect })
      .start()
      .catch(({ code }: { code: string }) => code);
    return { heard, still, without };
  });
  expect(outcome).toEqual({ heard: expect.any(Number), still: "live", without: "media-no-device" });
  expect(outcome.heard).toBeGreaterThan(-40);
});

test("pulled out in a call, the page is told", async ({ page }) => {
  await start(page);
  const warnings = await page.evaluate(async () => {
    const warned = new Promise<string>((resolve) => {
      window.call.addEventListener("warning", ({ warning }) => resolve(warning.code));
    });
    window.microphone.unplug();
    return warned;
  });
  expect(warnings).toBe("media-microphone-ended");
});

test("before a click it says that it may not speak, and after it was closed that it is", async ({ page }) => {
  const said = page.waitForEvent("console", (message) => message.type() === "log"); // anything evaluated in the page would count as a click
  await open(page, "#early");
  expect((await said).text()).toBe("media-autoplay");
  const closed = await page.evaluate(async () => {
    await window.microphone.close();
    await window.microphone.close();
    return window.microphone
      .speak(window.testing.toneSound(440, 50))
      .then(() => "spoke")
      .catch(({ code }: { readonly code: string }) => code);
  });
  expect(closed).toBe("audio-closed");
});
