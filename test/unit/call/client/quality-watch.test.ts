import { expect, test } from "vitest";
import { QualityWatch } from "../../../../lib/call/client/quality-watch.ts";
import { rateQuality } from "../../../../lib/call/quality.ts";

const stages = { captureMs: 20, networkMs: 10, bufferMs: 40, outputMs: 10 };
const heard = (concealedPct: number, delayMs = 80) => ({
  ...rateQuality({ delayMs, concealedPct }),
  stages,
  driftPpm: undefined,
  state: "playing" as const,
  sender: "live" as const,
});
const network = (receivedPackets: number, lostPackets: number, jitterMs = 5) => ({
  receivedPackets,
  lostPackets,
  jitterMs,
  path: "host" as const,
});

test("alerts at most once a minute, names what is wrong, and tells once when it is over", () => {
  const watch = new QualityWatch();
  const told: string[] = [];
  let [received, lost] = [0, 0];
  for (let second = 0; second < 200; second += 2) {
    const bad = second < 90;
    received += bad ? 90 : 100;
    lost += bad ? 10 : 0;
    const alert = watch.look({ quality: heard(0), network: network(received, lost) }, second * 1000);
    if (alert) told.push(`${second} ${alert.kind} ${alert.causes.join()} ${alert.lossPct.toFixed(0)}`);
  }
  expect(told).toEqual(["0 alert loss 10", "60 alert loss 10", "94 recovered  0"]);
});

test("each threshold is its own cause, and a call without packets is judged by what was made up", () => {
  const look = (stats: Parameters<QualityWatch["look"]>[0]) => new QualityWatch().look(stats, 0)?.causes;
  expect(look({ quality: heard(0), network: network(100, 0, 51) })).toEqual(["jitter"]);
  expect(look({ quality: heard(0), network: network(100, 0, 50) })).toBeUndefined();
  expect(look({ quality: heard(6), network: undefined })).toEqual(["loss"]);
  expect(look({ quality: heard(0, 700), network: undefined })).toEqual(["mos"]);
  expect(look({ quality: undefined, network: undefined })).toBeUndefined();
});

test("a connection that was made anew counts from the beginning", () => {
  const watch = new QualityWatch();
  watch.look({ quality: undefined, network: network(10_000, 400) }, 0);
  expect(watch.look({ quality: undefined, network: network(100, 2) }, 2000)).toBeUndefined();
});
