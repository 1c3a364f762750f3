import { describe, expect, it } from "vitest";
import type { Generator, GeneratorOptions, GeneratorProgress } from "../../bench/server/generator.ts";
import { serve } from "./server-rig.ts";
import { until } from "./voice-side.ts";

function run(
  generator: Generator,
  url: string,
  {
    durationMs = 300,
    stragglersMs = 50_000,
    onProgress = () => {},
  }: Partial<Pick<GeneratorOptions, "durationMs" | "stragglersMs" | "onProgress">> = {},
) {
  return generator.run({ url, connections: 5, warmUpMs: 100, durationMs, stragglersMs, onProgress });
}

/** What every generator of the server bench finds out. A text says why there is none: the tests are skipped. */
export function testGenerator(name: string, found: Generator | string): void {
  const generator = found as Generator;
  const title = `the generator of the server bench in ${name}`;
  describe.skipIf(typeof found === "string")(typeof found === "string" ? `${title}: ${found}` : title, () => {
    it("finds every frame that comes back, and parts from all calls in good order", async () => {
      const { url, server } = await serve({ onCall: (call) => call.audio.each((frame) => call.output.send(frame)) });
      const told: GeneratorProgress[] = [];
      const report = await run(generator, url, { onProgress: (progress) => told.push(progress) });
      expect(report).toMatchObject({ connections: 5, connected: 5, failures: {}, foreignBytes: 0, echo: true });
      expect(report).toMatchObject({ endedEarly: 0, endedCleanly: 5 });
      const { sent } = report.frames;
      expect(Math.abs(sent - 75)).toBeLessThanOrEqual(1);
      expect(report.frames).toEqual({ sent, echoed: sent, lost: 0, refused: 0 });
      for (const { count } of [report.latencyMs, report.latenessMs, report.sendLateMs]) expect(count).toBe(sent);
      expect(report.latenessMs.p50).toBeGreaterThanOrEqual(report.latencyMs.p50);
      expect(report.setUpMs.count).toBe(5);
      await until(() => server.stats().ended.remote === 5);
      const measuring = told.filter(({ phase }) => phase === "measuring");
      expect(measuring[0]).toMatchObject({ failed: 0, sentFrames: 0, echoedFrames: 0 });
      expect(told.every(({ cpuUs }, i) => cpuUs >= (told[i - 1]?.cpuUs ?? 0))).toBe(true);
    });

    it("counts what does not come back as lost, and what was not sent as foreign", async () => {
      let heard = 0;
      const { url } = await serve({
        onCall: (call) =>
          call.audio.each((frame) => {
            if (++heard % 3 === 0) return;
            call.output.send(frame);
            call.output.send(frame); // a second time
            call.output.send(frame.subarray(0, 100));
          }),
      });
      const { frames, foreignBytes, receivedBytes } = await run(generator, url, { stragglersMs: 500 });
      expect(frames.lost).toBeGreaterThanOrEqual(23); // a third of 75; or more, where the machine is too slow to wait so little
      expect(frames.echoed).toBe(frames.sent - frames.lost);
      expect(foreignBytes / (100 + 320)).toBe((receivedBytes - foreignBytes) / 320);
    });

    it("holds the time against the server that frames lie there", async () => {
      const holdMs = 60;
      const { url } = await serve({
        onCall: (call) => call.audio.each((frame) => void setTimeout(() => call.output.send(frame), holdMs)),
      });
      const { latencyMs, latenessMs, frames } = await run(generator, url);
      expect(frames.lost).toBe(0);
      expect(latencyMs.p50).toBeGreaterThanOrEqual(holdMs - 1); // a timer may be early by less
      expect(latenessMs.p50).toBeGreaterThanOrEqual(holdMs - 1);
    });

    it("says which calls were refused, and which ended too early", async () => {
      const { url } = await serve({
        maxSessions: 3,
        onCall: (call) => call.audio.each(() => void call.session.close("enough")),
      });
      // Long enough for the first frame to be answered while there are others to send.
      const { connected, failures, endedEarly, frames } = await run(generator, url, {
        durationMs: 1000,
        stragglersMs: 500,
      });
      expect([connected, failures, endedEarly]).toEqual([3, { refused: 2 }, 3]);
      expect(frames.refused).toBeGreaterThan(0);
    });
  });
}
