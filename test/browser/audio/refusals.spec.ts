import { type Browser, expect, test } from "@playwright/test";
import type { AudioErrorCode, CallAudioOptions, ConferenceAudioOptions } from "../../../lib/audio/index.ts";
import { type BrowserOptions, launch, openPage } from "./browser.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
let browser: Browser;
test.beforeAll(async () => {
  server = await startServer();
  browser = await launch();
});
test.afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens and starts a call on the page at `path`, and returns what it failed with and what is left open. */
async function refused(where: Browser, path: string, options: CallAudioOptions = {}) {
  const page = await openPage(where, path.startsWith("http") ? path : `${server.origin}${path}`);
  try {
    return await page.evaluate(async (options) => {
      const error = await lab.failure(async () => {
        const call = await lab.CallAudio.open(options);
        await call.start({ codec: "L16", sampleRate: 16_000 }).catch(async (error) => {
          await call.close();
          throw error;
        });
      });
      return { error, open: lab.stillOpen() };
    }, options);
  } finally {
    await page.close();
  }
}

const nothing = { contexts: 0, tracks: 0, urls: 0, shared: 0 };

test.describe("a policy of the page", () => {
  const script = "script-src 'self' 'unsafe-inline'";
  const cases: [name: string, path: string, options: CallAudioOptions, code: AudioErrorCode, text: RegExp][] = [
    ["blocks the inlined worklet", `/?csp=${escape(`${script} 'wasm-unsafe-eval'`)}`, {}, "csp-worklet", /script-src/],
    [
      "blocks the address of the worklet",
      `/?csp=${escape(`${script} blob: 'wasm-unsafe-eval'`)}`,
      { assets: { workletUrl: "http://127.0.0.1:1/worklet.js" } },
      "csp-worklet",
      /worklet\.js is blocked by script-src/,
    ],
    ["forbids wasm", `/?csp=${escape(`${script} blob:`)}`, {}, "csp-wasm", /WebAssembly/],
    [
      "blocks the address of the core",
      `/?csp=${escape(`${script} blob: 'wasm-unsafe-eval'; connect-src 'none'`)}`,
      { assets: { wasmUrl: "/core.wasm" } },
      "csp-connect",
      /core\.wasm is blocked by connect-src/,
    ],
    ["forbids the microphone", "/?nomic", {}, "media-policy-iframe", /does not let it/],
  ];
  for (const [name, path, options, code, text] of cases) {
    test(name, async () => {
      const { error, open } = await refused(browser, path, options);
      expect(error).toMatchObject({ name: "AudioError", code, fatal: true });
      expect(error?.message).toMatch(text);
      expect(error?.action).toBeTruthy();
      expect(open).toEqual(nothing);
    });
  }

  test("that is strict leaves a call alone whose files are served by the site", async () => {
    const path = `/?csp=${escape("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'")}`;
    const { error } = await refused(browser, path, { assets: { workletUrl: "/worklet.js", wasmUrl: "/core.wasm" } });
    expect(error).toBeUndefined();
  });

  test("that is strict leaves a conference alone whose files are served by the site, and refuses it otherwise", async () => {
    const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
    const page = await openPage(browser, `${server.origin}/?csp=${escape(policy)}`);
    const assets = { workletUrl: "/worklet.js", wasmUrl: "/core.wasm" };
    const mixer = { mixerWorkletUrl: "/mixer-worklet.js", signalsUrl: "/signals.wasm" };
    const open = (assets: ConferenceAudioOptions["assets"]) =>
      page.evaluate(async (assets) => {
        let ports: (number | undefined)[] = [];
        const error = await lab.failure(async () => {
          const conference = await lab.ConferenceAudio.open({ ...(assets && { assets }), onReport: () => {} });
          ports = [(await conference.seat({}))?.port, conference.take()?.port];
          await conference.close();
        });
        return { error, ports, open: lab.stillOpen() };
      }, assets);
    const refusal = await open(assets);
    expect(refusal.error).toMatchObject({ code: "csp-worklet", fatal: true });
    expect(refusal.open).toEqual(nothing);
    const served = await open({ ...assets, ...mixer });
    expect(served.error).toBeUndefined();
    expect(served.ports).toEqual([0, 1]);
    expect(served.open).toEqual(nothing);
    await page.close();
  });

  test("of an iframe without allow forbids the microphone", async () => {
    const page = await openPage(browser, `${server.origin}/?frame`);
    const frame = page.frames().find((one) => one !== page.mainFrame())!;
    await frame.waitForFunction(() => "lab" in globalThis);
    const error = await frame.evaluate(() => lab.failure(() => lab.CallAudio.open()));
    expect(error?.code).toBe("media-policy-iframe");
    expect(error?.action).toContain('allow="microphone"');
    await page.close();
  });
});

test.describe("files of the library that are not where they should be", () => {
  for (const assets of [{ workletUrl: "/gone.js" }, { wasmUrl: "/gone.wasm" }, { wasmUrl: "/" }]) {
    test(JSON.stringify(assets), async () => {
      const { error, open } = await refused(browser, "/", { assets });
      expect(error?.code).toBe("audio-asset");
      expect(open).toEqual(nothing);
    });
  }

  test("are asked for again at the next attempt", async () => {
    const page = await openPage(browser, server.origin);
    const codes = await page.evaluate(async () => {
      const keep = await lab.CallAudio.open({ microphone: false });
      const other = await lab.CallAudio.open({ microphone: false });
      await Promise.all([keep.close(), other.close()]);
      const first = await lab.failure(() => lab.CallAudio.open({ assets: { workletUrl: "/gone.js" } }));
      const second = await lab.failure(async () => (await lab.CallAudio.open()).close());
      return [first?.code, second?.code];
    });
    expect(codes).toEqual(["audio-asset", undefined]);
    await page.close();
  });
});

test.describe("a person or a machine without a microphone", () => {
  const cases: [name: string, options: BrowserOptions, path: string, code: AudioErrorCode, fatal: boolean][] = [
    ["denies it", { permission: "deny" }, "/", "media-permission-denied", false],
    ["has none", { fakeDevices: false }, "/", "media-no-device", false],
    [
      "opened a page that is not secure",
      { more: ["--host-resolver-rules=MAP plain.test 127.0.0.1"] },
      "plain.test",
      "media-insecure-context",
      true,
    ],
  ];
  for (const [name, options, path, code, fatal] of cases) {
    test(name, async () => {
      const own = await launch(options);
      try {
        const address = path === "/" ? path : server.origin.replace("localhost", path);
        const { error, open } = await refused(own, address);
        expect(error).toMatchObject({ code, fatal });
        expect(open).toEqual(nothing);
      } finally {
        await own.close();
      }
    });
  }

  test("hands in a stream without sound", async () => {
    const page = await openPage(browser, server.origin);
    const error = await page.evaluate(() => lab.failure(() => lab.CallAudio.open({ microphone: new MediaStream() })));
    expect(error?.code).toBe("media-no-device");
    await page.close();
  });

  test("answers only after the call was given up", async () => {
    const page = await openPage(browser, server.origin);
    const result = await page.evaluate(async () => {
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      let answer = () => {};
      const answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      mediaDevices.getUserMedia = (constraints) => answered.then(() => ask(constraints));
      const giveUp = new AbortController();
      const opening = lab.failure(() => lab.CallAudio.open({ signal: giveUp.signal }));
      await lab.pause(200);
      giveUp.abort();
      const error = await opening;
      const open = lab.stillOpen();
      answer();
      return { error, open };
    });
    expect(result.error?.code).toBe("audio-aborted");
    expect(result.open).toEqual(nothing);
    const later = () => page.evaluate(() => ({ ...lab.stillOpen(), asked: lab.tally.tracks.length }));
    await expect.poll(later).toEqual({ ...nothing, asked: 1 });
    await page.close();
  });
});
