import { describe, expect, it } from "vitest";
import type { LoadListener } from "../../../lib/node/load/load-call.ts";
import { runLoadTest } from "../../../lib/node/load/load-test.ts";
import { RawLine } from "../../bench/server/raw-line.ts";
import { afterwards, serve } from "./server-rig.ts";
import { until } from "./voice-side.ts";

function listener() {
  const heard = { echoed: [] as [number, number][], foreignBytes: 0 };
  const told: LoadListener = {
    echoed: (dueAt, sentAt) => heard.echoed.push([dueAt, sentAt]),
    foreign: (bytes) => {
      heard.foreignBytes += bytes;
    },
  };
  return { heard, told };
}

describe("the line of the server bench", () => {
  it("knows its frames and their times when they come back, and parts in good order", async () => {
    const { url, server } = await serve({
      onCall: async (call) => {
        for await (const frame of call.audio) call.output.send(frame);
      },
    });
    const { heard, told } = listener();
    const line = new RawLine(url, told);
    await line.start("one");
    for (let i = 0; i < 200; i++) expect(line.send(i + 0.25, i + 0.5)).toBe(true);
    await until(() => heard.echoed.length === 200, "all frames");
    expect(heard.echoed).toEqual(Array.from({ length: 200 }, (_, i) => [i + 0.25, i + 0.5]));
    expect([heard.foreignBytes, line.receivedBytes]).toEqual([0, 200 * 320]);
    expect(await line.hangUp()).toBe(true);
    expect(line.send(0, 0)).toBe(false);
    await until(() => server.stats().ended.remote === 1);
  });

  it("does not take for its own what is changed, comes twice, or was never sent", async () => {
    const { url } = await serve({
      onCall: async (call) => {
        for await (const frame of call.audio) {
          const other = Buffer.from(frame);
          other.writeInt32LE(1000, 4);
          for (const bytes of [frame.subarray(0, 100), other, frame, frame]) call.output.send(bytes);
        }
      },
    });
    const { heard, told } = listener();
    const line = new RawLine(url, told);
    afterwards(() => line.hangUp());
    await line.start("one");
    for (let i = 0; i < 3; i++) line.send(i, i);
    await until(() => heard.foreignBytes === 3 * (100 + 320 + 320));
    expect(heard.echoed.length).toBe(3);
  });

  it("says when the server refuses, or is not there", async () => {
    const { url } = await serve({ authorize: () => false });
    const { told } = listener();
    await expect(new RawLine(url, told).start("one")).rejects.toMatchObject({ code: "refused" });
    await expect(new RawLine("ws://127.0.0.1:1/", told).start("one")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("carries a load test", async () => {
    const { url } = await serve({
      onCall: async (call) => {
        for await (const frame of call.audio) call.output.send(frame);
      },
    });
    const line = (told: LoadListener) => new RawLine(url, told);
    const report = await runLoadTest({ url, connections: 5, durationMs: 200, warmUpMs: 100, line });
    expect(report).toMatchObject({ connected: 5, endedEarly: 0, endedCleanly: 5, foreignBytes: 0, echo: true });
    const { sent } = report.frames;
    expect(sent).toBeGreaterThanOrEqual(45);
    expect(report.frames).toEqual({ sent, echoed: sent, lost: 0, refused: 0 });
    expect(report.latenessMs.count).toBe(sent);
  });
});
