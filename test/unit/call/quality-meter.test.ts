import { expect, test } from "vitest";
import { rateQuality } from "../../../lib/call/index.ts";
import { QualityMeter } from "../../../lib/call/quality-meter.ts";

type Audio = Parameters<QualityMeter["rate"]>[0];

const audio = (playback: object): Audio =>
  ({
    captureMs: 20,
    outputMs: 10,
    playback: {
      state: "playing",
      sender: "live",
      driftPpm: 12,
      concealedSamples: 0,
      totalSamplesReceived: 0,
      jitterBufferDelay: 0,
      jitterBufferEmittedCount: 0,
      ...playback,
    },
  }) as never;

test("nothing heard yet is no quality", () => {
  expect(new QualityMeter().rate(audio({}), undefined, 0).quality).toBeUndefined();
});

test("the delay is the sum of its stages, with half the round trip", () => {
  const meter = new QualityMeter();
  const { quality } = meter.rate(
    audio({ totalSamplesReceived: 8000, jitterBufferEmittedCount: 8000, jitterBufferDelay: 400 }),
    60,
    0,
  );
  expect(quality?.stages).toEqual({ captureMs: 20, networkMs: 30, bufferMs: 50, outputMs: 10 });
  expect(quality?.delayMs).toBe(110);
  expect(quality).toMatchObject({ driftPpm: 12, state: "playing", sender: "live", grade: "good" });
});

test("a loss lowers the rating, and seconds later it has recovered", () => {
  const meter = new QualityMeter();
  const at = (second: number, concealed: number) =>
    meter.rate(audio({ totalSamplesReceived: 8000 * second, concealedSamples: concealed }), 0, 1000 * second).quality!;
  const good = at(2, 0).mos;
  const bad = at(4, 4000);
  expect(bad.concealedPct).toBeCloseTo(25);
  expect(bad.mos).toBeLessThan(good - 1);
  at(8, 4000);
  expect(at(12, 4000).mos).toBe(good);
});

test("audio that was started anew is rated by itself", () => {
  const meter = new QualityMeter();
  meter.rate(audio({ totalSamplesReceived: 80_000, jitterBufferEmittedCount: 80_000, jitterBufferDelay: 800 }), 0, 0);
  const anew = { totalSamplesReceived: 8000, concealedSamples: 2000, jitterBufferEmittedCount: 8000 };
  const { quality } = meter.rate(audio({ ...anew, jitterBufferDelay: 400 }), 0, 1000);
  expect(quality?.concealedPct).toBeCloseTo(25);
  expect(quality?.stages.bufferMs).toBeCloseTo(50);
});

test("generated speech that waits is not late", () => {
  const playback = {
    totalSamplesReceived: 8000,
    jitterBufferEmittedCount: 8000,
    jitterBufferDelay: 40_000,
    sender: "generated",
  };
  expect(new QualityMeter().rate(audio(playback), 0, 0).quality?.stages.bufferMs).toBe(60);
});

test.each([
  [0, 0, 93.2, 4.41],
  [177.3, 0, 88.94, 4.3],
  [400, 0, 59.1, 3.05],
  [100, 5, 75.02, 3.82],
])("delay %d ms and %d %% concealed are rated as ITU-T G.107 does", (delayMs, concealedPct, r, mos) => {
  const rating = rateQuality({ delayMs, concealedPct });
  expect(rating.r).toBeCloseTo(r, 1);
  expect(rating.mos).toBeCloseTo(mos, 1);
});
