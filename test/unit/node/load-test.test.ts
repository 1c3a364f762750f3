import { describe, expect, it } from "vitest";
import type { VoiceSession } from "../../../lib/node/index.ts";
import { FrameSchedule } from "../../../lib/node/load/frame-schedule.ts";
import { LatencyHistogram } from "../../../lib/node/load/latency-histogram.ts";
import { runLoadTest } from "../../../lib/node/load/load-test.ts";
import { serve } from "./server-rig.ts";
import { until } from "./voice-side.ts";

const echo = async (call: VoiceSession): Promise<void> => {
  for await (const frame of call.audio) call.output.send(frame);
};

describe("a histogram of latencies", () => {
  it("tells percentiles that are never better than what was measured, and at most a step worse", () => {
    const histogram = new LatencyHistogram();
    const values = Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 5000) / 13); // 0 … 384 ms
    for (const value of values) histogram.add(value);
    values.sort((a, b) => a - b);
    for (const share of [0.001, 0.25, 0.5, 0.9, 0.99, 1]) {
      const exact = values[Math.ceil(values.length * share) - 1]!;
      const told = histogram.percentile(share);
      expect(told).toBeGreaterThanOrEqual(exact);
      expect(told - exact).toBeLessThanOrEqual(exact < 99 ? 0.1 + 1e-9 : 1);
    }
  });

  it("holds nothing, a negative and a very long one as well", () => {
    const histogram = new LatencyHistogram();
    expect(histogram.summary()).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
    histogram.add(-1);
    histogram.add(1e7);
    expect(histogram.summary()).toMatchObject({ count: 2, max: 10_001 });
  });
});

describe("the schedule of a load test", () => {
  it("gives every call a frame every 20 ms, spread over that time", () => {
    const schedule = new FrameSchedule(4, 20, 1000);
    expect([0, 1, 2, 3, 4, 5, 9].map((sent) => schedule.dueAt(sent))).toEqual([
      1000, 1005, 1010, 1015, 1020, 1025, 1045,
    ]);
  });

  it("sends everything that is due before its end, in order, never early", async () => {
    const schedule = new FrameSchedule(3, 3, performance.now());
    const endAt = performance.now() + 30;
    const sent: number[] = [];
    await schedule.run(endAt, undefined, (call, dueAt, now) => {
      expect(now).toBeGreaterThanOrEqual(dueAt);
      expect(dueAt).toBeLessThan(endAt);
      sent.push(call);
    });
    expect(sent.length).toBeGreaterThanOrEqual(30);
    expect(sent).toEqual(sent.map((_, i) => i % 3));
    expect(schedule.dueAt(sent.length)).toBeGreaterThanOrEqual(endAt);
  });

  it("stops when it is told to", async () => {
    const given = new AbortController();
    const schedule = new FrameSchedule(1, 1, performance.now());
    let sent = 0;
    await schedule.run(Number.POSITIVE_INFINITY, given.signal, () => ++sent === 5 && given.abort());
    expect(sent).toBe(5);
  });
});

describe("a load test", () => {
  it("finds every frame that an echo sends back, and ends every call", async () => {
    const { url, server } = await serve({ onCall: echo });
    const phases = new Set<string>();
    let atMeasuring = 0;
    const report = await runLoadTest({
      url,
      connections: 5,
      durationMs: 400,
      warmUpMs: 100,
      stragglersMs: 50_000,
      onProgress: ({ phase }) => phases.add(phase),
      onMeasuring: () => {
        atMeasuring = server.stats().sessions;
      },
    });
    expect(report).toMatchObject({ connections: 5, connected: 5, echo: true, failures: {}, codec: "L16/8000/1" });
    expect(report).toMatchObject({ foreignBytes: 0, endedEarly: 0, endedCleanly: 5 });
    expect(report.frames).toEqual({ sent: 100, echoed: 100, lost: 0, refused: 0 });
    expect(report.latencyMs.count).toBe(100);
    expect(report.latenessMs.p99).toBeGreaterThanOrEqual(report.latencyMs.p50);
    expect([atMeasuring, phases.has("hanging up")]).toEqual([5, true]);
    await until(() => server.stats().sessions === 0);
    expect(server.stats().ended).toMatchObject({ remote: 5 });
  });

  it("knows its frames in whatever pieces they come back, and tells the rest from them", async () => {
    const { url } = await serve({
      onCall: async (call) => {
        call.output.send(Buffer.from("BV is not a frame of ours, though it begins like one"));
        let rest = Buffer.alloc(0);
        for await (const frame of call.audio) {
          rest = Buffer.concat([rest, frame]);
          for (; rest.length >= 100; rest = rest.subarray(100)) call.output.send(rest.subarray(0, 100));
        }
      },
    });
    const report = await runLoadTest({
      url,
      connections: 2,
      durationMs: 200,
      warmUpMs: 0,
      stragglersMs: 50_000,
      codec: "PCMU/8000/1",
    });
    expect(report.echo).toBe(true);
    expect(report.foreignBytes).toBe(2 * 52);
    expect(report.frames).toEqual({ sent: 20, echoed: 20, lost: 0, refused: 0 }); // 1600 bytes each: 16 whole pieces
  });

  it("counts frames that are lost, and calls that end", async () => {
    const { url } = await serve({
      onCall: async (call) => {
        let count = 0;
        for await (const frame of call.audio) {
          if (++count % 4 !== 0) call.output.send(frame);
          if (call.call.id === "load-2") return void call.hangUp("enough");
        }
      },
    });
    const report = await runLoadTest({ url, connections: 2, durationMs: 1000, warmUpMs: 0, stragglersMs: 200 });
    expect(report.endedEarly).toBe(1);
    expect(report.frames.refused).toBeGreaterThan(0);
    expect(report.frames.sent + report.frames.refused).toBe(100);
    expect(report.frames.lost).toBe(report.frames.sent - report.frames.echoed);
    expect(report.frames.lost).toBeGreaterThanOrEqual(12); // every fourth of the 50 of the other call
  });

  it("says so where the server sends nothing back, and where calls are refused", async () => {
    const { url, server } = await serve({ maxSessions: 1 });
    const report = await runLoadTest({ url, connections: 3, durationMs: 100, warmUpMs: 0 });
    expect(report).toMatchObject({ connected: 1, echo: false, failures: { "transport-refused": 2 } });
    expect(report.frames).toEqual({ sent: 5, echoed: 0, lost: 0, refused: 0 });
    await until(() => server.stats().sessions === 0);
  });
});
