import { describe, expect, test } from "vitest";
import { Random } from "../../../bench/jitter/random.ts";
import { makeSpeech } from "../../../bench/jitter/speech.ts";
import { EngineRig, engineInstance } from "./engine.ts";

// Compiled before any test: it may take longer than a test.
const instance = await engineInstance();

const RATE = 16000;
const SAMPLES = 320;
const speech = Int16Array.from(makeSpeech(4, 30));
const bytes = new Uint8Array(speech.buffer);
const payload = (packet: number): Uint8Array => bytes.subarray(packet * 2 * SAMPLES, (packet + 1) * 2 * SAMPLES);

interface Arrival {
  atMs: number;
  packet: number;
  sequence: number;
  timestamp: number;
}

/** Packets of a live sender, 20 ms apart. */
function packets(count: number, firstSequence = 0, firstTimestamp = 0): Arrival[] {
  return Array.from({ length: count }, (_, packet) => ({
    atMs: 50 + packet * 20,
    packet,
    sequence: (firstSequence + packet) & 0xffff,
    timestamp: (firstTimestamp + packet * SAMPLES) >>> 0,
  }));
}

/** Plays arrivals on a device at the codec rate, where media that is neither stretched nor resampled comes out bit for bit. */
async function play(arrivals: Arrival[], untilMs: number): Promise<{ rig: EngineRig; heard: Int16Array }> {
  const rig = new EngineRig(instance, "L16", RATE, RATE);
  const heard: number[] = [];
  const queue = [...arrivals].sort((a, b) => a.atMs - b.atMs);
  while (rig.nowMs < untilMs) {
    for (let next = queue[0]; next && next.atMs <= rig.nowMs; next = queue[0]) {
      queue.shift();
      rig.pushRtp(payload(next.packet), next.sequence, next.timestamp, next.atMs);
    }
    heard.push(...rig.quantum());
    expect(rig.imbalance()).toBe(0);
  }
  return { rig, heard: Int16Array.from(heard, (value) => Math.round(value * 32768)) };
}

/** Longest run of near silence, samples. */
function longestSilence(heard: Int16Array): number {
  let run = 0;
  let longest = 0;
  for (const value of heard) {
    run = Math.abs(value) < 4 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

describe("RTP", () => {
  test("sequence numbers and timestamps wrap without a trace", async () => {
    const { rig, heard } = await play(packets(300, 65500, 0xffffffff - 40 * SAMPLES), 6000);
    expect([rig.stat("dropped"), rig.stat("concealed")]).toEqual([0, 0]);
    expect(rig.stat("received")).toBe(298 * 640);
    expect(rig.stat("played")).toBeGreaterThan(290 * 640);
    expect(longestSilence(heard.subarray(RATE / 4))).toBeLessThan(20);
  });

  test("repeated packets are dropped, once each", async () => {
    const arrivals = packets(200);
    const repeats = arrivals
      .filter(({ packet }) => packet % 3 === 0)
      .map((arrival) => ({ ...arrival, atMs: arrival.atMs + 4 }));
    const { rig } = await play([...arrivals, ...repeats], 4500);
    expect(rig.stat("dropped")).toBe(repeats.length * 640);
    expect(rig.stat("played") + rig.stat("held")).toBe(200 * 640);
  });

  test("packets that come out of order are played once the delay has room for them", async () => {
    const random = new Random("order");
    const arrivals = packets(400).map((arrival) => ({
      ...arrival,
      atMs: arrival.atMs + (random.unit() < 0.2 ? 45 : 0),
    }));
    const { rig } = await play(arrivals, 7900);
    expect(rig.stat("targetMs")).toBeGreaterThanOrEqual(45);
    expect(rig.stat("dropped") / 640).toBeLessThan(8);
    expect(rig.stat("concealed") / RATE).toBeLessThan(0.15);
  });

  test("a lost packet whose successor is held is filled, and nothing else", async () => {
    const lost = [60, 61, 150, 200];
    const { rig, heard } = await play(
      packets(300).filter(({ packet }) => !lost.includes(packet)),
      6000,
    );
    expect(rig.stat("dropped")).toBe(0);
    expect(rig.stat("concealed")).toBe(lost.length * SAMPLES);
    expect(rig.stat("concealmentEvents")).toBe(3);
    expect(longestSilence(heard.subarray(RATE / 4))).toBeLessThan(20);
  });

  test.each([40000, 20000, 65436])(
    "a new source (its sequence beginning at %i) goes on where the old one ended",
    async (sequence) => {
      const first = packets(200);
      const second = packets(200, sequence, 3000000000).map((arrival) => ({ ...arrival, atMs: arrival.atMs + 4000 }));
      const { rig } = await play([...first, ...second], 8000);
      // The first packet of a source that might be a straggler of the old one is not believed.
      expect(rig.stat("dropped") / 640).toBeLessThanOrEqual(1);
      expect(rig.stat("played") / 640).toBeGreaterThan(390);
      expect(rig.stat("concealed") / RATE).toBeLessThan(0.05);
      expect(rig.stat("sender")).toBe(1);
    },
  );

  test("a pause in which the sender's timestamps run on is a pause", async () => {
    const talk = packets(100);
    const more = packets(100, 100, (100 + 500) * SAMPLES).map((arrival) => ({
      ...arrival,
      atMs: arrival.atMs + 12000,
    }));
    const { rig } = await play([...talk, ...more], 13900);
    expect((rig.stat("played") + rig.stat("held")) / 640).toBeGreaterThanOrEqual(191);
    expect(rig.stat("dropped")).toBe(0);
    expect(rig.stat("sender")).toBe(1);
  });
});
