import { type Browser, expect, test } from "@playwright/test";
import { align, resample } from "../../support/signal.ts";
import { microphoneFile } from "../../support/speech.ts";
import { readWav } from "../../support/wav.ts";
import { launch, openPage } from "./browser.ts";
import { startServer, type TestServer } from "./server.ts";

const microphone = microphoneFile({ text: "The audio of a call goes straight from one thread to the other.", seed: 7 });

let server: TestServer;
let browser: Browser;
test.beforeAll(async () => {
  server = await startServer();
  browser = await launch({ microphone });
});
test.afterAll(async () => {
  await browser?.close();
  await server?.close();
});

for (const link of ["port", "shared"] as const) {
  const address = () => `${server.origin}/${link === "shared" ? "?isolated" : ""}`;

  test(`what was spoken is played, the delay is measured, and the page is left alone (${link})`, async () => {
    const page = await openPage(browser, address());
    const result = await page.evaluate(async () => {
      const { CallAudio, join, record, pause, tally } = lab;
      const call = await CallAudio.open({
        microphone: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      const levels: { input: number; output: number }[] = [];
      call.addEventListener("level", ({ input, output }) => levels.push({ input: input.rms, output: output.rms }));
      const far = await join(await call.start({ codec: "L16", sampleRate: 16_000 }), true);
      await pause(1000);
      const recorded = await record(call.outputNode);
      const [messages, requests] = [tally.fromWorklets.length, tally.toWorklets];
      for (let second = 0; second < 5; second++) {
        await call.stats();
        await call.stats();
        await pause(1000);
      }
      const perSecond = (tally.fromWorklets.length - messages) / 5;
      const requestsPerSecond = (tally.toWorklets - requests) / 5;
      const played = recorded();
      const stats = await call.stats();
      await call.close();
      far.end();
      return { played, stats, levels, perSecond, requestsPerSecond, open: lab.stillOpen() };
    });
    await page.close();

    const { stats, levels } = result;
    console.log(
      `${link}: loop ${stats.loop?.medianMs.toFixed(1)} ms (${stats.loop?.count}), output ${stats.outputMs.toFixed(1)} ms, ` +
        `${result.perSecond} messages/s to the page, ${result.requestsPerSecond} from it`,
    );
    expect(stats.link).toBe(link);
    expect(stats.state).toBe("running");
    expect(stats.microphone?.ended).toBe(false);

    const spoken = resample(readWav(microphone), 16_000).samples;
    const played = resample(
      { samples: Float32Array.from(result.played.samples), sampleRate: result.played.sampleRate },
      16_000,
    ).samples;
    // In parts, because the buffer may have stretched between two of them to settle.
    const parts = Array.from({ length: 16 }, (_, part) => spoken.subarray(part * 4000, part * 4000 + 4000));
    const correlations = parts.map((part) => align(played, part).correlation).sort((one, other) => one - other);
    console.log(`${link}: correlation of 250 ms parts ${correlations.map((value) => value.toFixed(2)).join(" ")}`);
    expect(correlations[8]).toBeGreaterThan(0.85);

    expect(stats.loop?.count).toBeGreaterThan(10);
    expect(stats.loop?.medianMs).toBeGreaterThan(20);
    // On a host that stands still now and then the buffer is as long as it has to be.
    expect(stats.loop?.medianMs).toBeLessThan(stats.playback!.underruns === 0 ? 100 : 250);
    expect(stats.capture?.uplink?.droppedFrames).toBe(0);
    // Frames are at most on their way; none is lost.
    expect(stats.capture!.frames - stats.downlink!.frames).toBeLessThan(10);

    expect(levels.some(({ input, output }) => input > 0.01 && output > 0.01)).toBe(true);
    expect(result.perSecond).toBeLessThanOrEqual(10);
    expect(result.requestsPerSecond).toBeLessThanOrEqual(1.2);
    expect(result.open).toEqual({ contexts: 0, tracks: 0, urls: 0, shared: 0 });
  });

  test(`a page that hangs for two seconds loses nothing in either direction (${link})`, async () => {
    const page = await openPage(browser, address());
    const result = await page.evaluate(async () => {
      const { CallAudio, join, record, pause, freeze } = lab;
      const call = await CallAudio.open({
        microphone: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      const far = await join(await call.start({ codec: "L16", sampleRate: 16_000 }), true);
      const recorded = await record(call.outputNode);
      await pause(1500);
      const before = (await call.stats()).playback!;
      const { from, to } = freeze(2000);
      await pause(1200);
      const after = await call.stats();
      const report = await far.report();
      const played = recorded();
      await call.close();
      far.end();
      return { before, after, report, from, to, played };
    });
    await page.close();
    const { report, from, to, before, after } = result;
    const during = report.at.filter((at) => at >= from && at <= to).length;
    console.log(
      `${link}: ${during} of 100 frames reached the worker while the page hung; ${after.playback!.underruns - before.underruns} underruns`,
    );
    // 100 were due; none are lost, but a busy machine may have kept the last ones waiting.
    expect(during).toBeGreaterThanOrEqual(90);
    expect(report.at.length + 1).toBeGreaterThanOrEqual(after.capture!.uplink!.frames);
    expect(after.capture?.uplink?.droppedFrames).toBe(0);
    expect(report.droppedFrames).toBe(0);
    expect(after.playback!.bytes.dropped).toBe(0);
    expect(after.downlink!.frames).toBe(after.playback!.bytes.received / 640);

    // The microphone file has noise under everything, so that silence in the middle would have been made here.
    const samples = Float32Array.from(result.played.samples);
    const tenMs = result.played.sampleRate / 100;
    let silent = 0;
    for (let at = Math.round(1.0 * result.played.sampleRate); at + tenMs <= samples.length; at += tenMs) {
      if (samples.subarray(at, at + tenMs).every((sample) => Math.abs(sample) < 1e-4)) silent++;
    }
    // Not 0: a busy machine may hold up the audio threads, too. A page that carried the sound itself would add 200.
    expect(silent).toBeLessThanOrEqual(15);
    expect(samples.length / result.played.sampleRate).toBeGreaterThan(4);
  });
}

test("muting sends silence at the same cadence, and the level keeps showing the microphone", async () => {
  const page = await openPage(browser, server.origin);
  const { marks, report, levels, muted } = await page.evaluate(async () => {
    const { CallAudio, join, pause } = lab;
    const call = await CallAudio.open();
    const levels: number[] = [];
    const far = await join(await call.start({ codec: "L16", sampleRate: 16_000 }), false);
    await pause(600);
    const marks: number[] = [];
    const muted: boolean[] = [];
    const mark = async () => {
      muted.push(call.muted);
      marks.push((await far.report()).at.length);
    };
    await call.setMuted(true);
    await mark();
    call.addEventListener("level", ({ input }) => levels.push(input.rms));
    await pause(1000);
    await mark();
    await call.setMuted(false);
    await mark();
    await pause(1000);
    const report = await far.report();
    await call.close();
    far.end();
    return { marks, report, levels, muted };
  });
  await page.close();
  const [on, off, again] = marks as [number, number, number];
  expect(muted).toEqual([true, true, false]);
  expect(off - on).toBeGreaterThanOrEqual(40);
  // One frame may have been under way when it was confirmed; the next one contains the 5 ms fade.
  expect(Math.max(...report.peak.slice(on + 2, off))).toBe(0);
  expect(Math.max(...report.peak.slice(again + 2))).toBeGreaterThan(300);
  expect(new Set(report.bytes)).toEqual(new Set([640]));
  expect(Math.max(...levels)).toBeGreaterThan(0.005);
  const steps = report.stamp.slice(1).map((stamp, index) => stamp - report.stamp[index]!);
  expect(Math.max(...steps)).toBeLessThan(200);
});

test("a flush silences at once, counts exactly, and spares what was sent after it", async () => {
  const page = await openPage(browser, `${server.origin}/?isolated`);
  const result = await page.evaluate(async () => {
    const { CallAudio, join, record, pause } = lab;
    const call = await CallAudio.open({ microphone: false });
    const far = await join(await call.start({ codec: "L16", sampleRate: 16_000 }), false);
    await call.resume();
    const recorded = await record(call.outputNode);
    /** Seconds of a tone at 16 kHz. */
    const tone = (seconds: number, hz: number) => {
      const samples = new Int16Array(seconds * 16_000);
      for (let i = 0; i < samples.length; i++) samples[i] = 10_000 * Math.sin((2 * Math.PI * hz * i) / 16_000);
      return new Uint8Array(samples.buffer);
    };
    // Three seconds at once, a flush of all of it after some 600 ms, and then a second tone.
    await far.send(tone(3, 500), 640);
    await pause(600);
    const flushed = await call.flush(96_000);
    await pause(500);
    await far.send(tone(1, 1500), 640);
    await pause(1600);
    const played = recorded();
    const stats = await call.stats();
    await call.close();
    far.end();
    return { flushed, stats, played };
  });
  await page.close();
  const { flushed, stats, played } = result;
  const { bytes } = stats.playback!;
  expect(bytes.received).toBe(96_000 + 32_000);
  expect(bytes.flushed).toBe(flushed.removedBytes);
  expect(bytes.played).toBe(128_000 - flushed.removedBytes);
  expect(bytes.dropped + bytes.held).toBe(0);
  // 32 bytes a millisecond: what was heard and what was removed make up what was sent.
  expect(flushed.heardMs + flushed.removedBytes / 32).toBeCloseTo(3000, 0);
  expect(flushed.heardMs).toBeGreaterThan(300);

  const { sampleRate } = played;
  const loud = runs(Float32Array.from(played.samples), sampleRate);
  expect(loud.length).toBe(2);
  const [first, second] = loud as [Run, Run];
  expect(first.ms).toBeGreaterThan(flushed.heardMs - 30);
  expect(first.ms).toBeLessThan(flushed.heardMs + 30);
  expect(second.ms).toBeGreaterThan(970);
  expect(second.ms).toBeLessThan(1030);
});

interface Run {
  readonly ms: number;
}

/** Stretches of sound, in 10 ms steps. */
function runs(samples: Float32Array, sampleRate: number): Run[] {
  const step = sampleRate / 100;
  const found: Run[] = [];
  let length = 0;
  for (let at = 0; at + step <= samples.length; at += step) {
    const loud = samples.subarray(at, at + step).some((sample) => Math.abs(sample) > 0.01);
    if (loud) {
      length += 10;
    } else if (length > 0) {
      found.push({ ms: length });
      length = 0;
    }
  }
  return length > 0 ? [...found, { ms: length }] : found;
}
