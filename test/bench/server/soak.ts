import { runLoadTest } from "../../../lib/node/load/load-test.ts";
import { ServerProcess, type ServerProgram } from "./server-process.ts";

export interface SoakReport {
  readonly sessions: number;
  readonly seconds: number;
  readonly lost: number;
  readonly endedEarly: number;
  readonly endedCleanly: number;
  readonly p99Ms: number;
  /** Memory of the server: median of the second quarter and of the last one; the first is warming up. */
  readonly earlyKb: number;
  readonly lateKb: number;
  /** Memory did not grow by more than a tenth, nothing was lost, every session ended cleanly. */
  readonly ok: boolean;
}

/** Holds so many sessions for a long time. */
export async function soak(
  program: ServerProgram,
  sessions: number,
  seconds: number,
  onProgress: (text: string) => void,
): Promise<SoakReport> {
  const server = await ServerProcess.start(program);
  const memory: number[] = [];
  try {
    const { frames, endedEarly, endedCleanly, latenessMs } = await runLoadTest({
      url: server.url,
      connections: sessions,
      durationMs: seconds * 1000,
      onProgress: ({ phase, elapsedMs, sentFrames, p99Ms }) => {
        if (phase !== "measuring") return;
        memory.push(server.residentKb());
        const at = Math.round(elapsedMs / 1000);
        if (at % 10 === 0)
          onProgress(`${at} of ${seconds} s, ${memory.at(-1)} KB, ${sentFrames} frames, p99 ${p99Ms} ms`);
      },
    });
    const quarter = Math.floor(memory.length / 4);
    const [earlyKb, lateKb] = [median(memory.slice(quarter, 2 * quarter)), median(memory.slice(3 * quarter))];
    const ok = frames.lost === 0 && frames.refused === 0 && endedCleanly === sessions && lateKb <= earlyKb * 1.1;
    const { lost } = frames;
    return { sessions, seconds, lost, endedEarly, endedCleanly, p99Ms: latenessMs.p99, earlyKb, lateKb, ok };
  } finally {
    await server.stop();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
