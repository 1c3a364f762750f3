import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { build } from "esbuild";
import { align, levelDb, resample } from "../../support/signal.ts";
import { microphoneFile, speech } from "../../support/speech.ts";
import { launch, openPage } from "../audio/browser.ts";

const root = resolve(import.meta.dirname, "../../..");
const files = join(root, "node_modules/@sapphi-red/web-noise-suppressor/dist");
const sampleRate = 16_000;
const text = "The quick brown fox jumps over the lazy dog, and nobody hears the rain on the roof.";
const spoken = resample(speech(text), sampleRate);
/** Speech over noise, with pauses, over and over. */
const script = { text, leadMs: 1500, tailMs: 1500, noiseDb: -42, seed: 9 };
const roundSeconds = spoken.samples.length / sampleRate + 3;

let browser: Browser;
let page: Page;
let origin = "";
let asked: string[] = [];
let close: () => Promise<unknown>;

test.beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "noise-page.ts")],
    bundle: true,
    format: "esm",
    target: "es2022",
    tsconfig: resolve(root, "tsconfig.json"),
    external: ["@sapphi-red/web-noise-suppressor"],
    write: false,
    logLevel: "error",
  });
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    asked.push(path);
    const answer = (type: string, body: string | Uint8Array) =>
      response.writeHead(200, { "content-type": type }).end(body);
    if (path === "/page.js") return answer("text/javascript", outputFiles[0]!.text);
    if (!path.startsWith("/suppressor/")) {
      return answer("text/html", '<!doctype html><title>noise</title><script type="module" src="/page.js"></script>');
    }
    try {
      answer(path.endsWith(".js") ? "text/javascript" : "application/wasm", readFileSync(join(files, path.slice(12))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  browser = await launch({ microphone: microphoneFile(script) });
  close = async () => {
    await browser.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
});
test.afterAll(() => close?.());
test.beforeEach(async () => {
  asked = [];
  page = await openPage(browser, origin);
  await page.waitForFunction(() => "noise" in globalThis);
});
test.afterEach(() => page.close());

const suppressorFiles = () => asked.filter((path) => path.startsWith("/suppressor/"));

/** Levels of 20 ms: of the pauses, and of what is spoken. */
function levels(samples: Float32Array): { pausesDb: number; speechDb: number } {
  const frame = sampleRate / 50;
  const each = Array.from({ length: Math.floor(samples.length / frame) }, (_, i) =>
    levelDb(samples.subarray(i * frame, (i + 1) * frame)),
  ).sort((a, b) => a - b);
  return { pausesDb: each[Math.floor(each.length * 0.2)]!, speechDb: each[Math.floor(each.length * 0.9)]! };
}

const listen = async (seconds = roundSeconds) => {
  const samples = await page.evaluate((seconds) => noise.listen(seconds), seconds);
  return Float32Array.from(samples, (sample) => sample / 32_768);
};

for (const { kind, deviceHz, lessDb } of [
  { kind: "speex", deviceHz: undefined, lessDb: 6 },
  { kind: "rnnoise", deviceHz: 48_000, lessDb: 15 },
] as const) {
  test(`${kind}: asks for nothing until it is switched on; then the noise of the pauses goes down, and the speech stays`, async () => {
    test.setTimeout(120_000);
    await page.evaluate(
      async ([kind, deviceHz]) => {
        if (deviceHz) noise.useDeviceAt(deviceHz);
        noise.bring(kind);
        Object.assign(globalThis, { one: await noise.call() });
      },
      [kind, deviceHz] as const,
    );
    await listen(1);
    const before = levels(await listen());
    expect(suppressorFiles()).toEqual([]);

    await page.evaluate(() => noise.devices().setSettings({ noiseSuppressor: true }));
    expect(suppressorFiles().length).toBe(3);
    await listen(1);
    const suppressed = await listen(2 * roundSeconds);
    const during = levels(suppressed);

    await page.evaluate(() => noise.devices().setSettings({ noiseSuppressor: false }));
    await listen(1);
    const after = levels(await listen());
    const { settings, said } = await page.evaluate(async () => {
      await (globalThis as unknown as { one: { close(): Promise<void> } }).one.close();
      return { settings: noise.devices().settings, said: noise.said };
    });

    const words = spoken.samples.subarray(sampleRate, 3 * sampleRate);
    const { correlation } = align(suppressed, words);
    console.log(
      `${kind}: pauses ${before.pausesDb.toFixed(1)} → ${during.pausesDb.toFixed(1)} → ${after.pausesDb.toFixed(1)} dB, ` +
        `speech ${before.speechDb.toFixed(1)} → ${during.speechDb.toFixed(1)} dB, correlation ${correlation.toFixed(2)}`,
    );
    expect(before.pausesDb - during.pausesDb).toBeGreaterThan(lessDb);
    expect(Math.abs(before.speechDb - during.speechDb)).toBeLessThan(4);
    expect(correlation).toBeGreaterThan(0.8);
    expect(Math.abs(after.pausesDb - before.pausesDb)).toBeLessThan(2);
    expect(settings.noiseSuppressor).toBe(false);
    expect(said).toEqual([]);
  });
}

test("a suppressor that cannot be had is refused by name, and the call goes on as it was", async () => {
  const errors = await page.evaluate(async () => {
    noise.useDeviceAt(44_100);
    const on = () => noise.failure(() => noise.devices().setSettings({ noiseSuppressor: true }));
    const one = await noise.call();
    await noise.listen(1);
    const none = await on();
    noise.bring("speex", { packaged: false });
    const absent = await on();
    noise.bring("speex", { wasm: "elsewhere.wasm" });
    const missing = await on();
    noise.bring("speex", { wasm: "index.js" });
    const wrong = await on();
    noise.bring("rnnoise");
    const rate = await on();
    const { settings } = noise.devices();
    const heard = await noise.listen(1);
    await one.close();
    return { all: [none, absent, missing, wrong, rate], settings, heard: heard.some((sample) => sample !== 0) };
  });
  expect(errors.all.map((error) => error?.code)).toEqual(Array(5).fill("audio-noise-suppressor"));
  expect(errors.all[1]?.message).toContain("@sapphi-red/web-noise-suppressor is not there");
  expect(errors.all[1]?.action).toContain("Install @sapphi-red/web-noise-suppressor");
  expect(errors.all[2]?.message).toMatch(/elsewhere\.wasm could not be loaded \(HTTP status 404\)/);
  expect(errors.all[3]?.message).toContain("it is no WebAssembly");
  expect(errors.all[4]?.message).toMatch(/48000 Hz, and this one runs at 44100 Hz/);
  expect(errors.settings.noiseSuppressor).toBe(false);
  expect(errors.heard).toBe(true);
});

test("what was switched on is on in the next call; where it cannot be, the call says so and goes on, until it can", async () => {
  const result = await page.evaluate(async () => {
    const until = async (holds: () => boolean) => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await noise.devices().setSettings({ noiseSuppressor: true });
    noise.bring("speex", { wasm: "elsewhere.wasm" });
    const one = await noise.call();
    const resume = new Promise<(() => Promise<void>) | undefined>((resolve) =>
      one.addEventListener("warning", ({ warning }) => resolve(warning.resume)),
    );
    const again = await resume;
    const heard = await noise.listen(1);
    noise.bring("speex");
    await again?.();
    await until(() => noise.said.length > 1);
    await one.close();
    return { said: noise.said, heard: heard.some((sample) => sample !== 0) };
  });
  expect(result).toEqual({ said: ["audio-noise-suppressor", "-audio-noise-suppressor"], heard: true });
  expect(suppressorFiles()).toContain("/suppressor/speex.wasm");
});
