import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { findCodec } from "../../lib/protocol/index.ts";
import { speaking } from "../browser/support/chromium.ts";
import { findProgram } from "../tools.mjs";
import { noise } from "../unit/node/voice-side.ts";
import { webRtcProfile, webrtc } from "../unit/node/webrtc/rtc-rig.ts";
import { GoPeer } from "./go-peer.ts";
import { servePage } from "./page.ts";
import { describeEach, overWebRtc, type Program } from "./programs.ts";

interface Noted {
  readonly type: string;
  readonly detail: Record<string, unknown>;
}

let browser: Browser;

async function openPage(url: string): Promise<Page> {
  const page = await browser.newPage({ permissions: ["microphone"] });
  onTestFinished(() => page.close());
  await page.goto(url);
  await page.waitForFunction(() => window.voicebridge !== undefined);
  return page;
}

/** Calls from the page; rejects with the message of the error, its code in front. */
async function start(page: Page, url: string, profiles: readonly string[]): Promise<void> {
  await page.evaluate(
    async ([url, profiles]) => {
      const { Call } = window.voicebridge;
      const call = new Call({
        src: url,
        profiles,
        application: "desk",
        codecs: ["L16/8000"],
        microphone: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      window.call = call;
      const note = (type: string, detail: unknown) =>
        window.log.push({ type, detail: JSON.stringify(detail), at: Date.now() });
      call.addEventListener("ended", ({ end }) =>
        note("ended", { by: end.by, reason: end.reason, code: end.error?.code }),
      );
      call.addEventListener("interrupted", ({ removedBytes }) => note("interrupted", { removedBytes }));
      call.addEventListener("variables", ({ changed }) => note("variables", changed));
      call.addEventListener("caption", ({ caption }) => note("caption", caption));
      call.addEventListener("recording", ({ id, blob }) => note("recording", { id, bytes: blob?.size }));
      call.addEventListener("level", ({ output }) => output.peak > 0.1 && note("level", {}));
      await call.start().catch((error: { code: string; message: string }) => {
        throw new Error(`${error.code}: ${error.message}`);
      });
    },
    [url, profiles] as const,
  );
}

const noted = async (page: Page, type: string): Promise<Noted[]> => {
  const log = await page.evaluate(() => window.log);
  return log.filter((entry) => entry.type === type).map(({ detail }) => ({ type, detail: JSON.parse(detail) }));
};

const stats = (page: Page) => page.evaluate(() => window.call.stats());
const patience = { timeout: 30_000 };

async function call(
  program: Program,
  profiles: readonly string[] = program.negotiates ? ["rtvbp.v1"] : [],
): Promise<{ go: GoPeer; page: Page }> {
  const go = GoPeer.start(program, { role: "application", profiles });
  const server = await servePage(new URL(await go.next<string>("listening")));
  onTestFinished(() => server.close());
  const page = await openPage(server.url);
  await start(page, "/", profiles);
  await go.next("session.updated");
  return { go, page };
}

describe.skipIf(!findProgram("chromium"))("Chromium", () => {
  beforeAll(async () => {
    browser = await chromium.launch(speaking());
  });
  afterAll(() => browser?.close());

  describeEach("a page calls a Go application", (program) => {
    it("sound both ways, keys, ping, variables, captions, a recording, and the page hangs up", async () => {
      const { go, page } = await call(program);
      expect(await go.next("initialize")).toMatchObject({
        application: { id: "desk" },
        audio_codec_offerings: [findCodec("L16/8000/1")],
      });
      expect((await stats(page)).profile).toBe("rtvbp.v1");

      await go.listen();
      await expect.poll(async () => (await go.heard()).length, patience).toBeGreaterThan(32_000);
      expect((await go.heard()).some((byte) => byte !== 0)).toBe(true); // the fake microphone beeps
      await go.speak(noise(16_000));
      await expect.poll(async () => (await stats(page)).transport?.receivedBytes, patience).toBe(16_000);
      await expect.poll(() => noted(page, "level"), patience).not.toEqual([]);

      await page.evaluate(() => window.call.sendDtmf("1#", { toneMs: 60, gapMs: 60 }));
      const keys = [
        await go.next<{ seq: number; digit: string }>("dtmf"),
        await go.next<{ seq: number; digit: string }>("dtmf"),
      ];
      expect(keys.sort((a, b) => a.seq - b.seq).map(({ seq, digit }) => [seq, digit])).toEqual([
        [0, "1"],
        [1, "#"],
      ]);

      expect(await go.request("ping", { t0: 5, data: "probe" })).toMatchObject({ t0: 5, data: "probe" });
      await expect.poll(async () => (await stats(page)).rttMs, patience).toBeGreaterThanOrEqual(0);

      await page.evaluate(() => window.call.setVariables({ cart: { items: 3 } }));
      expect(await go.request("session.set", { data: { step: "pay" } })).toEqual({});
      expect(await go.request("session.get", { keys: [] })).toEqual({ cart: { items: 3 }, step: "pay" });
      expect((await noted(page, "variables"))[0]?.detail).toEqual({ step: "pay" });

      await go.emit("input.transcript", { delta: "I want to pay" });
      await expect.poll(async () => (await noted(page, "caption")).length, patience).toBe(1);

      const { id } = await go.request<{ id: string }>("recording.start", { tags: ["a"] });
      await page.waitForTimeout(300);
      expect(await go.request("recording.stop", { id })).toEqual({});
      await expect.poll(async () => (await noted(page, "recording")).at(-1)?.detail.bytes, patience).toBeGreaterThan(0);

      await page.evaluate(() => window.call.hangUp("done"));
      expect(await go.next("call.hangup")).toEqual({ reason: "done" });
      expect(await go.next("terminate")).toEqual({ reason: "done" });
      expect(await go.next("ended")).toBeNull();
    });

    it("a clear takes back every byte that was not played, and says how many", async () => {
      const { go, page } = await call(program);
      const sentBytes = 64_000; // 4 s
      await go.speak(noise(sentBytes));
      await expect.poll(async () => (await stats(page)).transport?.receivedBytes, patience).toBe(sentBytes);
      const { len } = await go.request<{ len: number }>("audio.buffer.clear");
      expect(len).toBeGreaterThan(0);
      await expect.poll(async () => (await noted(page, "interrupted"))[0]?.detail.removedBytes, patience).toBe(len);
      await expect
        .poll(async () => (await stats(page)).audio?.playback?.bytes, patience)
        .toMatchObject({ received: sentBytes, flushed: len, played: sentBytes - len, dropped: 0, held: 0 });
      expect(await go.request("audio.buffer.clear")).toEqual({ len: 0 });
    });

    it("the application hangs up", async () => {
      const { go, page } = await call(program);
      expect(await go.request("call.hangup", { reason: "all said" })).toEqual({});
      await expect
        .poll(() => noted(page, "ended"), patience)
        .toMatchObject([{ detail: { by: "remote", reason: "all said" } }]);
      expect(await go.next("ended")).toBeNull();
    });

    it("the application moves the call to where the page does not follow", async () => {
      const { go, page } = await call(program);
      expect(await go.request("application.move", { reason: "handoff", application_id: "desk" })).toEqual({});
      await expect
        .poll(() => noted(page, "ended"), patience)
        .toMatchObject([{ detail: { by: "remote", reason: "handoff" } }]);
    });

    it("the application leaves without a word: the call ends, once", async () => {
      const { go, page } = await call(program);
      await go.close();
      go.kill(); // and is not there to be called again
      // A peer that drops the connection behind its goodbye, while we speak, may reset it: then no browser sees the goodbye, and the page calls
      // again for 12 s before it gives up.
      await expect.poll(async () => (await noted(page, "ended")).length, { timeout: 40_000 }).toBe(1);
      expect((await noted(page, "ended"))[0]?.detail.by).toMatch(/^(remote|network)$/);
    });

    it("a page of another host is refused", async () => {
      const go = GoPeer.start(program, { role: "application", profiles: program.negotiates ? ["rtvbp.v1"] : [] });
      const target = await go.next<string>("listening");
      const server = await servePage(new URL(target));
      onTestFinished(() => server.close());
      const page = await openPage(server.url);
      await expect(start(page, target, [])).rejects.toThrow(/transport-(refused|unreachable)/);
      expect((await noted(page, "ended")).map(({ detail }) => detail.by)).toEqual(["error"]);
    });
  });

  describeEach(
    "a page calls a Go application by WebRTC",
    (program) => {
      // A browser offers no address where there is only loopback.
      it.skipIf("hostAddresses" in webrtc)("sound both ways, keys, ping, and the page hangs up", async () => {
        const { go, page } = await call(program, [webRtcProfile]);
        expect((await stats(page)).profile).toBe(webRtcProfile);
        await go.listen();
        await expect.poll(async () => (await go.heard()).length, patience).toBeGreaterThan(32_000);
        expect((await go.heard()).some((byte) => byte !== 0)).toBe(true); // the fake microphone beeps
        await go.speak(noise(32_000));
        await expect.poll(() => noted(page, "level"), patience).not.toEqual([]);
        await page.evaluate(() => window.call.sendDtmf("1"));
        expect(await go.next("dtmf")).toMatchObject({ seq: 0, digit: "1" });
        await expect.poll(async () => (await stats(page)).rttMs, patience).toBeGreaterThanOrEqual(0);
        await page.evaluate(() => window.call.hangUp("done"));
        expect(await go.next("call.hangup")).toEqual({ reason: "done" });
        expect(await go.next("terminate")).toEqual({ reason: "done" });
      });
    },
    overWebRtc,
  );
});
