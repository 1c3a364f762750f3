import { type Browser, expect, test } from "@playwright/test";
import { launch, openPage } from "./browser.ts";
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

test("many calls leave nothing behind, and two at once share one AudioContext", async () => {
  const page = await openPage(browser, server.origin);
  const result = await page.evaluate(async () => {
    const { CallAudio, join, tally } = lab;
    const most: number[] = [];
    for (let round = 0; round < 5; round++) {
      const calls = await Promise.all([CallAudio.open(), CallAudio.open()]);
      const far = await Promise.all(
        calls.map(async (call) => join(await call.start({ codec: "PCMU", sampleRate: 8000 }), true)),
      );
      most.push(tally.contexts.filter((context) => context.state !== "closed").length);
      await lab.pause(100);
      await calls[0]!.close();
      const rest = (await calls[1]!.stats()).state;
      if (rest !== "running") throw new Error(`the other call is ${rest}`);
      await Promise.all([calls[1]!.close(), calls[1]!.close()]);
      for (const one of far) one.end();
    }
    return { most, open: lab.stillOpen(), tracks: tally.tracks.length };
  });
  expect(result.most).toEqual([1, 1, 1, 1, 1]);
  expect(result.tracks).toBe(10);
  expect(result.open).toEqual({ contexts: 0, tracks: 0, urls: 0, shared: 0 });
  await page.close();
});

test("whatever is asked of a closed call is refused by name, and what was under way is rejected", async () => {
  const page = await openPage(browser, server.origin);
  const codes = await page.evaluate(async () => {
    const { CallAudio, failure } = lab;
    const call = await CallAudio.open();
    const states: string[] = [];
    call.addEventListener("statechange", ({ state }) => states.push(state));
    await call.start({ codec: "L16", sampleRate: 8000 });
    const pending = [failure(() => call.setMuted(true)), failure(() => call.flush(10)), failure(() => call.stats())];
    const closing = call.close();
    const after = [
      failure(() => call.setMuted(true)),
      failure(() => call.flush(10)),
      failure(() => call.resume()),
      failure(() => call.switchMicrophone({})),
      failure(() => call.setSpeaker("")),
      failure(() => call.start({ codec: "L16", sampleRate: 8000 })),
    ];
    const errors = await Promise.all([...pending, ...after]);
    await closing;
    return {
      codes: errors.map((error) => error?.code),
      states,
      state: call.state,
      muted: call.muted,
      digit: call.playDigit("1"),
    };
  });
  expect(codes.codes).toEqual(Array(9).fill("audio-closed"));
  expect(codes.states.at(-1)).toBe("closed");
  expect(codes.state).toBe("closed");
  expect(codes.digit).toBe(false);
  await page.close();
});

test("a call that starts again in another format begins anew", async () => {
  const page = await openPage(browser, server.origin);
  const result = await page.evaluate(async () => {
    const { CallAudio, join, pause } = lab;
    const call = await CallAudio.open();
    const first = await join(await call.start({ codec: "L16", sampleRate: 16_000 }), true);
    await pause(500);
    await call.setMuted(true);
    const second = await join(await call.start({ codec: "PCMA", sampleRate: 8000 }), false);
    const before = (await first.report()).at.length;
    await second.send(new Uint8Array(16_000).fill(0xd5), 160);
    await pause(500);
    const { removedBytes, heardMs } = await call.flush(16_000);
    const { capture, playback } = await call.stats();
    const result = {
      before,
      after: (await first.report()).at.length,
      bytes: (await second.report()).bytes,
      muted: capture?.muted,
      removedBytes,
      heardMs,
      playback,
    };
    await call.close();
    for (const one of [first, second]) one.end();
    return { ...result, open: lab.stillOpen() };
  });
  expect(result.after).toBe(result.before);
  expect(new Set(result.bytes)).toEqual(new Set([160]));
  expect(result.bytes.length).toBeGreaterThan(20);
  expect(result.muted).toBe(true);
  expect(result.playback?.bytes.received).toBe(16_000);
  expect(result.removedBytes).toBeGreaterThan(0);
  expect(result.removedBytes + result.playback!.bytes.played).toBe(16_000);
  expect(result.open).toEqual({ contexts: 0, tracks: 0, urls: 0, shared: 0 });
  await page.close();
});

test("another microphone takes over without a gap; a wrong one changes nothing", async () => {
  const page = await openPage(browser, server.origin);
  const result = await page.evaluate(async () => {
    const { CallAudio, join, pause, failure, tally } = lab;
    const call = await CallAudio.open();
    const far = await join(await call.start({ codec: "L16", sampleRate: 16_000 }), false);
    await pause(1000);
    const wrong = await failure(() => call.switchMicrophone({ deviceId: "no such device" }));
    const still = (await call.stats()).microphone;
    const devices = (await navigator.mediaDevices.enumerateDevices()).filter(
      ({ kind, deviceId }) => kind === "audioinput" && deviceId !== "default" && deviceId !== "communications",
    );
    await pause(1100);
    const before = (await far.report()).at.length;
    await call.switchMicrophone({ deviceId: devices[1]!.deviceId });
    await pause(1100);
    const after = await far.report();
    const now = (await call.stats()).microphone;
    await call.switchMicrophone(false);
    const live = tally.tracks.filter(({ readyState }) => readyState === "live").length;
    await pause(500);
    const last = await far.report();
    await call.close();
    far.end();
    return { wrong, still, wanted: devices[1]!.label, before, after, now, live, last };
  });
  await page.close();
  expect(result.wrong?.code).toBe("media-constraints");
  expect(result.still?.ended).toBe(false);
  expect(result.now?.label).toBe(result.wanted);
  expect(result.live).toBe(0);
  // The fake microphone beeps once a second, before and after; without one there is silence, at the same cadence.
  const { peak } = result.last;
  expect(Math.max(...peak.slice(0, result.before))).toBeGreaterThan(1000);
  expect(Math.max(...peak.slice(result.before, result.after.peak.length))).toBeGreaterThan(1000);
  expect(Math.max(...peak.slice(result.after.peak.length + 5))).toBeLessThan(50);
  const steps = result.last.stamp.slice(1).map((stamp, index) => stamp - result.last.stamp[index]!);
  expect(steps.reduce((sum, step) => sum + step, 0) / steps.length).toBeCloseTo(20, 0);
});

test("tells when the microphone's device goes away, and goes on: with silence, then with another microphone", async () => {
  const page = await openPage(browser, server.origin);
  const ended = await page.evaluate(async () => {
    const { CallAudio, tally, pause } = lab;
    const call = await CallAudio.open();
    await call.start({ codec: "L16", sampleRate: 16_000 });
    const labels: string[] = [];
    call.addEventListener("microphone-ended", ({ track }) => labels.push(track.label));
    // What the browser does when the device is unplugged.
    tally.tracks[0]!.stop();
    tally.tracks[0]!.dispatchEvent(new Event("ended"));
    const before = (await call.stats()).capture!.frames;
    await pause(1200);
    const { capture, microphone } = await call.stats();
    await call.close();
    return { labels, frames: capture!.frames - before, microphone };
  });
  expect(ended.labels.length).toBe(1);
  expect(ended.frames).toBeGreaterThan(40);
  expect(ended.microphone?.ended).toBe(false);
  await page.close();
});

test("plays keys for the person alone, follows the volume, and offers what is heard as a track", async () => {
  const page = await openPage(browser, server.origin);
  const result = await page.evaluate(async () => {
    const { CallAudio, record, pause } = lab;
    const call = await CallAudio.open({ microphone: false });
    await call.resume();
    await call.start({ codec: "PCMU", sampleRate: 8000 });
    const stop = await record(call.outputNode);
    const kinds = [call.playDigit("5", 300), call.playDigit("x")];
    await pause(900);
    const { samples, sampleRate } = stop();
    call.setVolume(0);
    await pause(200);
    const quiet = await record(call.outputNode);
    call.playDigit("5", 300);
    await pause(700);
    const silent = quiet().samples;
    const track = call.outputTrack;
    const sound = { kind: track.kind, live: track.readyState, same: track === call.outputTrack };
    await call.close();
    return { kinds, samples, sampleRate, loudest: Math.max(...silent.map(Math.abs)), sound, after: track.readyState };
  });
  await page.close();
  expect(result.kinds).toEqual([true, false]);
  const { samples, sampleRate } = result;
  const level = (hz: number) => {
    let [re, im] = [0, 0];
    for (const [index, sample] of samples.entries()) {
      re += sample * Math.cos((2 * Math.PI * hz * index) / sampleRate);
      im += sample * Math.sin((2 * Math.PI * hz * index) / sampleRate);
    }
    return Math.hypot(re, im);
  };
  for (const hz of [770, 1336])
    for (const other of [697, 852, 1209, 1477]) expect(level(hz)).toBeGreaterThan(10 * level(other));
  expect(Math.max(...samples)).toBeLessThan(0.25);
  expect(result.loudest).toBeLessThan(1e-3);
  expect(result.sound).toEqual({ kind: "audio", live: "live", same: true });
  expect(result.after).toBe("ended");
});

test("sound that the browser holds back runs after a real click", async () => {
  const page = await browser.newPage();
  // Nothing through page.evaluate before the click: it counts as a gesture.
  await page.addInitScript(() => {
    addEventListener("DOMContentLoaded", async () => {
      const call = await lab.CallAudio.open({ microphone: false });
      const ends = await call.start({ codec: "L16", sampleRate: 16_000 });
      await call.setMuted(true);
      const refusal = await lab.failure(() => call.resume());
      Object.assign(globalThis, { held: { call, ends, refusal, first: call.state, states: [] as string[] } });
      call.addEventListener("statechange", ({ state }) => held.states.push(state));
    });
  });
  await page.goto(server.origin);
  await page.waitForTimeout(3000);
  await page.mouse.click(20, 20);
  await page.waitForFunction(() => held.call.state === "running");
  const { refusal, first, states, muted } = await page.evaluate(async () => {
    const { refusal, first, states, call } = held;
    const { muted } = call;
    await call.close();
    return { refusal, first, states, muted };
  });
  expect(first).toBe("suspended");
  expect(refusal).toMatchObject({ code: "media-autoplay", fatal: false });
  expect(states).toContain("running");
  expect(muted).toBe(true);
  await page.close();
});

declare global {
  var held: {
    call: Awaited<ReturnType<typeof lab.CallAudio.open>>;
    refusal: Awaited<ReturnType<typeof lab.failure>>;
    first: string;
    states: string[];
  };
}
