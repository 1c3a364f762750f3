import type { Generator } from "./generator.ts";
import { ServerProcess, type ServerProgram } from "./server-process.ts";

export interface SoakReport {
  readonly sessions: number;
  readonly seconds: number;
  /** That came back. */
  readonly frames: number;
  readonly lost: number;
  readonly endedEarly: number;
  readonly endedCleanly: number;
  readonly p99Ms: number;
  /** Memory of the server: median of the second quarter and of the last one; the first is warming up. */
  readonly earlyKb: number;
  readonly lateKb: number;
  /** What is wrong, in words: memory grew by more than a tenth, a frame was lost or refused, a session did not end cleanly. */
  readonly faults: readonly string[];
  readonly ok: boolean;
}

/** Holds so many sessions for a long time. */
export async function soak(
  program: ServerProgram,
  generator: Generator,
  { sessions, seconds }: { readonly sessions: number; readonly seconds: number },
  onProgress: (text: string) => void,
): Promise<SoakReport> {
  const server = await ServerProcess.start(program);
  const memory: number[] = [];
  try {
    const { frames, endedEarly, endedCleanly, latenessMs } = await generator.run({
      url: server.url,
      connections: sessions,
      warmUpMs: 1000,
      durationMs: seconds * 1000,
      onProgress: ({ phase, elapsedMs, active, failed, sentFrames, echoedFrames, p99Ms }) => {
        if (phase === "connecting") onProgress(`${active} of ${sessions} sessions are up, ${failed} failed`);
        if (phase !== "measuring") return;
        memory.push(server.residentKb());
        if (memory.length % 10 !== 0) return;
        const at = Math.round(elapsedMs / 1000);
        onProgress(
          `${at} of ${seconds} s, ${active} sessions, ${memory.at(-1)} KB, ${sentFrames} frames sent, ${sentFrames - echoedFrames} not back yet, p99 ${p99Ms} ms`,
        );
      },
    });
    const quarter = Math.floor(memory.length / 4);
    const [earlyKb, lateKb] = [median(memory.slice(quarter, 2 * quarter)), median(memory.slice(3 * quarter))];
    const { lost, refused, echoed } = frames;
    const faults = [
      ...(lost > 0 ? [`${lost} frames did not come back`] : []),
      ...(refused > 0 ? [`${refused} frames could not be sent`] : []),
      ...(endedCleanly < sessions ? [`${sessions - endedCleanly} sessions did not end cleanly`] : []),
      ...(lateKb > earlyKb * 1.1 ? [`memory grew from ${earlyKb} to ${lateKb} KB`] : []),
    ];
    const ok = faults.length === 0;
    const p99Ms = latenessMs.p99;
    return { sessions, seconds, frames: echoed, lost, endedEarly, endedCleanly, p99Ms, earlyKb, lateKb, faults, ok };
  } finally {
    await server.stop();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
