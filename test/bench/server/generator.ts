import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { LoadProgress, LoadReport } from "../../../lib/node/load/load-report.ts";
import { runLoadTest } from "../../../lib/node/load/load-test.ts";
import { RawLine } from "./raw-line.ts";

export interface GeneratorProgress extends LoadProgress {
  /** Processor time that the generator has used, microseconds. */
  readonly cpuUs: number;
}

export interface GeneratorOptions {
  readonly url: string;
  readonly connections: number;
  /** Sound that is not measured: programs are compiled, memory grows to its size. */
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** How long frames are waited for that have not come back at the end. Default 5 s. */
  readonly stragglersMs?: number;
  /** Once a second, and when the measurement begins. */
  readonly onProgress: (progress: GeneratorProgress) => void;
}

/** Who makes the calls: the same for all servers of a run. */
export interface Generator {
  readonly name: string;
  run(options: GeneratorOptions): Promise<LoadReport>;
}

/** In this process, for machines without Go. What comes back wakes it at once, which the server pays for where they share a machine. */
export const nodeGenerator: Generator = {
  name: "Node",
  run({ url, onProgress, ...options }) {
    const from = process.cpuUsage();
    const tell = (progress: LoadProgress): void => {
      const { user, system } = process.cpuUsage(from);
      onProgress({ ...progress, cpuUs: user + system });
    };
    let last: LoadProgress | undefined;
    return runLoadTest({
      ...options,
      url,
      line: (listener) => new RawLine(url, listener),
      onMeasuring: () =>
        tell({ ...(last ?? nothing), phase: "measuring", elapsedMs: 0, sentFrames: 0, echoedFrames: 0 }),
      onProgress: (progress) => {
        last = progress;
        tell(progress);
      },
    });
  },
};

const nothing: LoadProgress = {
  phase: "connecting",
  elapsedMs: 0,
  active: 0,
  failed: 0,
  sentFrames: 0,
  echoedFrames: 0,
  p99Ms: 0,
};

/** A process of its own that speaks as go/load does. */
export function programGenerator(name: string, command: string): Generator {
  return { name, run: (options) => runProgram(command, options) };
}

async function runProgram(command: string, options: GeneratorOptions): Promise<LoadReport> {
  const { url, connections, warmUpMs, durationMs, stragglersMs = 5000, onProgress } = options;
  const words = Object.entries({
    address: new URL(url).host,
    connections,
    "warm-up-ms": warmUpMs,
    "duration-ms": durationMs,
    "stragglers-ms": stragglersMs,
  });
  // It sleeps and reads in system calls of which its scheduler is not told, and has no use for being interrupted.
  const env = { ...process.env, GODEBUG: "asyncpreemptoff=1" };
  const child = spawn(
    command,
    words.map(([name, value]) => `-${name}=${value}`),
    { env, stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  let report: LoadReport | undefined;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = JSON.parse(line) as GeneratorProgress | { readonly report: LoadReport };
    if ("report" in message) report = message.report;
    else onProgress(message);
  });
  const code = await ended;
  if (!report) throw new Error(`The generator ended with ${code} and no report.`);
  return report;
}
