import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paintGuards } from "../guards.ts";
import { EngineRig, engineInstance } from "./engine.ts";

// Compiled before any test: it may take longer than a test.
const instance = await engineInstance();

/** What may happen to a stream; times in ms, sizes in bytes. */
type Step =
  | { kind: "push"; bytes: number; lateMs: number }
  | { kind: "burst"; bytes: number }
  | { kind: "run"; quanta: number }
  | { kind: "sleep"; ms: number }
  | { kind: "flush"; share: number }
  | { kind: "packet"; ahead: number; skip: number; bytes: number }
  | { kind: "talk"; frames: number; stallMs: number }
  | { kind: "restart"; timestamp: number }
  | { kind: "nonsense"; value: number };

const common = [
  // A live talker, at whom the network stalls: only such a one is stretched.
  fc.record({
    kind: fc.constant("talk" as const),
    frames: fc.integer({ min: 1, max: 30 }),
    stallMs: fc.integer({ min: 0, max: 500 }),
  }),
  fc.record({ kind: fc.constant("run" as const), quanta: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant("sleep" as const), ms: fc.integer({ min: -4000, max: 8000 }) }),
  fc.record({ kind: fc.constant("flush" as const), share: fc.double({ min: 0, max: 1.3, noNaN: true }) }),
  fc.record({
    kind: fc.constant("nonsense" as const),
    value: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1e18, 1e18),
  }),
];

const raw: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant("push" as const),
      bytes: fc.integer({ min: 0, max: 900 }),
      lateMs: fc.integer({ min: 0, max: 400 }),
    }),
    weight: 5,
  },
  {
    arbitrary: fc.record({ kind: fc.constant("burst" as const), bytes: fc.integer({ min: 0, max: 16384 }) }),
    weight: 1,
  },
  { arbitrary: common[1]!, weight: 4 },
  { arbitrary: common[0]!, weight: 2 },
  ...common.slice(2).map((arbitrary) => ({ arbitrary, weight: 1 })),
);

const rtp: fc.Arbitrary<Step> = fc.oneof(
  {
    // ahead 0 repeats the last packet, a negative one comes from the past; skip leaves packets out.
    arbitrary: fc.record({
      kind: fc.constant("packet" as const),
      ahead: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 3, 0, -1, -2, -40),
      skip: fc.constantFrom(0, 0, 0, 0, 1, 3, 12, 300),
      bytes: fc.constantFrom(160, 160, 160, 320, 80, 1, 0, 1000),
    }),
    weight: 8,
  },
  { arbitrary: fc.record({ kind: fc.constant("restart" as const), timestamp: fc.nat(0xffffffff) }), weight: 1 },
  { arbitrary: common[1]!, weight: 4 },
  { arbitrary: common[0]!, weight: 2 },
  ...common.slice(2).map((arbitrary) => ({ arbitrary, weight: 1 })),
);

const FORMATS = [
  ["L16", 8000, 48000],
  ["L16", 16000, 44100],
  ["L16", 24000, 48000],
  ["L16", 48000, 16000],
  ["PCMU", 8000, 8000],
  ["PCMA", 8000, 96000],
  ["G722", 16000, 48000],
] as const;

const noise = new Uint8Array(16384).map((_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
const quiet = new Uint8Array(16384);

/** 20 ms in bytes, and in RTP time (0: raw bytes). */
interface Material {
  frameBytes: number;
  packetTime: number;
}

const frameBytes = (codec: string, rate: number): number => (codec === "L16" ? rate / 25 : 160);

/** Operations of the engine that the schedules led to. */
const reached = new Set<string>();

/** Renders for `ms`; what is heard must be finite. */
function hear(rig: EngineRig, ms: number): void {
  for (const end = rig.nowMs + ms; rig.nowMs < end; ) {
    const heard = rig.quantum();
    for (let i = 0; i < heard.length; i++) if (!(Math.abs(heard[i]!) < 2)) throw new Error(`${heard[i]} was played`);
    reached.add(String.fromCharCode(rig.stat("operation")));
  }
}

/** Runs a schedule on a fresh stream; throws where a promise is broken. */
function play(rig: EngineRig, steps: readonly Step[], { frameBytes, packetTime }: Material): void {
  let sent = 0;
  let sequence = 65530;
  let timestamp = 0xffffff00; // both wrap soon
  const material = steps.length % 2 ? noise : quiet;
  for (const step of steps) {
    switch (step.kind) {
      case "talk": {
        const until = rig.nowMs + step.stallMs;
        hear(rig, step.stallMs);
        const startMs = until - step.stallMs;
        for (let i = 0; i < step.frames; i++) {
          const dueMs = Math.max(until, startMs + i * 20);
          hear(rig, dueMs - rig.nowMs);
          const frame = noise.subarray(i % 64, (i % 64) + frameBytes);
          if (packetTime === 0) {
            rig.push(frame, dueMs);
            sent += frame.length;
          } else {
            sequence++;
            timestamp += packetTime;
            rig.pushRtp(frame, sequence & 0xffff, timestamp >>> 0, dueMs);
          }
        }
        break;
      }
      case "push":
        rig.push(material.subarray(0, step.bytes), rig.nowMs - step.lateMs);
        sent += step.bytes;
        break;
      case "burst":
        rig.push(noise.subarray(0, step.bytes));
        sent += step.bytes;
        break;
      case "run":
        hear(rig, (step.quanta * 128000) / rig.deviceRate);
        break;
      case "sleep":
        rig.nowMs += step.ms;
        break;
      case "flush":
        if (rig.exports.playbackFlush(Math.floor(sent * step.share)) < 0)
          throw new Error("a flush removed less than nothing");
        break;
      case "packet": {
        const distance = step.ahead + (step.ahead > 0 ? step.skip : 0);
        rig.pushRtp(
          material.subarray(0, step.bytes),
          (sequence + distance) & 0xffff,
          (timestamp + distance * packetTime) >>> 0,
        );
        if (distance > 0) {
          sequence += distance;
          timestamp += distance * packetTime;
        }
        break;
      }
      case "restart":
        timestamp = step.timestamp;
        sequence = step.timestamp & 0xffff;
        break;
      case "nonsense":
        rig.exports.playbackPush(step.value, step.value);
        rig.exports.playbackPull(step.value, step.value);
        rig.exports.playbackFlush(step.value);
        sent = rig.stat("received");
        break;
      default:
        step satisfies never;
    }
    if (rig.imbalance() !== 0) throw new Error(`${rig.imbalance()} bytes are unaccounted for after ${step.kind}`);
    for (const name of ["played", "dropped", "flushed", "held", "heardMs", "concealed"] as const) {
      if (!(rig.stat(name) >= 0)) throw new Error(`${name} is ${rig.stat(name)} after ${step.kind}`);
    }
    checkQueue(rig);
  }
}

/** Packets are ordered, apart, and hold what is counted. */
function checkQueue({ exports }: EngineRig): void {
  let end = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < exports.packetCount(); i++) {
    const start = exports.packetStart(i);
    const samples = exports.packetSamples(i);
    if (start < end || samples <= 0) throw new Error(`packet ${i} at ${start} with ${samples} samples, after ${end}`);
    end = start + samples;
  }
}

const runs = (share: number): number => Math.round(10500 * share);

describe("any schedule of a raw stream", () => {
  test.each(FORMATS)("keeps its promises: %s at %i Hz on a device at %i Hz", async (codec, rate, deviceRate) => {
    const rig = new EngineRig(instance, codec, rate, deviceRate);
    const expectGuards = paintGuards(rig.exports.memory, rig.areas());
    fc.assert(
      fc.property(fc.array(raw, { maxLength: 24 }), (steps) =>
        play(new EngineRig(instance, codec, rate, deviceRate), steps, {
          frameBytes: frameBytes(codec, rate),
          packetTime: 0,
        }),
      ),
      { seed: rate + deviceRate, numRuns: runs(1 / 14) },
    );
    expectGuards();
  });
});

describe("any schedule of RTP packets, lost, late, repeated, reordered, restarted and wrapping", () => {
  test.each(FORMATS)("keeps its promises: %s at %i Hz on a device at %i Hz", async (codec, rate, deviceRate) => {
    const rig = new EngineRig(instance, codec, rate, deviceRate);
    const expectGuards = paintGuards(rig.exports.memory, rig.areas());
    fc.assert(
      fc.property(fc.array(rtp, { maxLength: 24 }), (steps) =>
        play(new EngineRig(instance, codec, rate, deviceRate), steps, {
          frameBytes: frameBytes(codec, rate),
          packetTime: codec === "G722" ? 160 : rate / 50,
        }),
      ),
      { seed: rate + deviceRate, numRuns: runs(1 / 14) },
    );
    expectGuards();
  });
});

test("the schedules led to every operation", () => {
  expect([...reached].sort().join("")).toBe(".ACENSX");
});

test("the memory never grows", async () => {
  const { exports } = instance;
  const { buffer } = exports["memory"] as WebAssembly.Memory;
  const rig = new EngineRig(instance, "L16", 48000, 48000);
  for (let i = 0; i < 800; i++) rig.push(noise);
  rig.run(200);
  expect(rig.stat("dropped")).toBeGreaterThan(0);
  expect((exports["memory"] as WebAssembly.Memory).buffer).toBe(buffer);
});
