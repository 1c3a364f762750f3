import type { LoadReport } from "../../../lib/node/load/load-report.ts";
import type { Generator } from "./generator.ts";
import { ServerProcess, type ServerProgram } from "./server-process.ts";

/** One attempt to hold so many sessions. */
export interface Attempt {
  readonly sessions: number;
  /** Every session came up and stayed, no frame was lost, and 99 % of them were back within `maxP99Ms` of when they were due. */
  readonly held: boolean;
  /** Of the lateness. */
  readonly p99Ms: number;
  /** Of the generator alone: a large one says that the machine, not the server, was the limit. */
  readonly generatorP99Ms: number;
  readonly kbPerSession: number;
  /** Of one core, that the server used meanwhile; undefined where the system does not tell. */
  readonly cpuPercent: number | undefined;
  /** Processor time of the server for a frame that came and went again, microseconds. */
  readonly usPerFrame: number | undefined;
  /** And of the generator. */
  readonly generatorUsPerFrame: number;
  readonly lost: number;
  readonly report: LoadReport;
}

export interface CapacityOptions {
  readonly generator: Generator;
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly maxP99Ms: number;
  readonly onAttempt: (attempt: Attempt) => void;
}

/** A fresh process, so many sessions. */
export async function attempt(
  program: ServerProgram,
  sessions: number,
  { generator, warmUpMs, durationMs, maxP99Ms }: Omit<CapacityOptions, "onAttempt">,
): Promise<Attempt> {
  const server = await ServerProcess.start(program);
  try {
    const idleKb = server.residentKb();
    let busyKb = idleKb;
    let [cpuFromMs, cpuToMs, ownFromUs, ownToUs, measuredMs, echoed] = [0, 0, 0, 0, 0, 0];
    let measuredAt: number | undefined;
    const report = await generator.run({
      url: server.url,
      connections: sessions,
      warmUpMs,
      durationMs,
      onProgress: ({ phase, echoedFrames, cpuUs }) => {
        if (phase !== "measuring") return;
        const now = performance.now();
        busyKb = Math.max(busyKb, server.residentKb());
        cpuToMs = server.cpuMs() ?? 0;
        ownToUs = cpuUs;
        echoed = echoedFrames;
        if (measuredAt === undefined) [measuredAt, cpuFromMs, ownFromUs] = [now, cpuToMs, cpuUs];
        measuredMs = now - measuredAt;
      },
    });
    const { connected, endedEarly, frames, latenessMs, sendLateMs } = report;
    const usedMs = cpuToMs > 0 ? cpuToMs - cpuFromMs : undefined;
    const whole = connected === sessions && endedEarly === 0 && frames.lost === 0 && frames.refused === 0;
    return {
      sessions,
      held: whole && report.echo && latenessMs.p99 <= maxP99Ms,
      p99Ms: latenessMs.p99,
      generatorP99Ms: sendLateMs.p99,
      cpuPercent: measuredMs > 0 && usedMs !== undefined ? Math.round((usedMs * 100) / measuredMs) : undefined,
      generatorUsPerFrame: echoed > 0 ? Math.round(((ownToUs - ownFromUs) * 10) / echoed) / 10 : 0,
      usPerFrame: echoed > 0 && usedMs !== undefined ? Math.round((usedMs * 10_000) / echoed) / 10 : undefined,
      kbPerSession: Math.round(((busyKb - idleKb) * 10) / sessions) / 10,
      lost: frames.lost,
      report,
    };
  } finally {
    await server.stop();
  }
}

/**
 * The most sessions a server holds, of `candidates` (ascending): doubles through them until one is not held twice in a row, then halves the
 * distance. Undefined where not even the first is held.
 */
export async function findCapacity(
  program: ServerProgram,
  candidates: readonly number[],
  options: CapacityOptions,
): Promise<Attempt | undefined> {
  let best: Attempt | undefined;
  const holds = async (index: number): Promise<boolean> => {
    for (let chance = 0; chance < 2; chance++) {
      const tried = await attempt(program, candidates[index]!, options);
      options.onAttempt(tried);
      if (tried.held) {
        best = tried;
        return true;
      }
    }
    return false;
  };
  let [held, failed] = [-1, candidates.length];
  for (let step = 1; held + step < failed; step *= 2) {
    if (await holds(held + step)) held += step;
    else failed = held + step;
  }
  while (failed - held > 1) {
    const middle = (held + failed) >> 1;
    if (await holds(middle)) held = middle;
    else failed = middle;
  }
  return best;
}
