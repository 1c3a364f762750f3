// The jitter bench; see options.ts for what it is asked. In a worker thread this file answers jobs instead.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { measureCost } from "./cost.ts";
import { DEFINITIONS, makeTrace } from "./definitions.ts";
import { goalsOf } from "./goals.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { toHtml } from "./plot.ts";
import { type Job, type JobResult, runJobs } from "./pool.ts";
import { missedGoals, type Report, type Row, toJson, toText } from "./report.ts";
import { PLAYER_TITLES, type PlayerName, type Run, type RunOptions, runTrace } from "./run-trace.ts";
import { summarize } from "./summary.ts";
import { SAMPLE_RATE, type Trace } from "./trace.ts";
import { readTraceFile } from "./trace-file.ts";
import { readWav, writeWav } from "./wav.ts";

const root = resolve(import.meta.dirname, "../../..");

interface Setup {
  speech: string | undefined;
  deviceRate: number;
}

async function prepare({ speech, deviceRate }: Setup): Promise<RunOptions> {
  const module = await WebAssembly.compile(await readFile(join(root, "build/core.wasm")));
  return speech ? { module, deviceRate, speech: readWav(await readFile(speech), SAMPLE_RATE) } : { module, deviceRate };
}

async function answerJobs(): Promise<void> {
  const options = await prepare(workerData as Setup);
  parentPort?.on("message", async (job: Job) => {
    const { score, hash } = await runTrace(makeTrace(job.kind, job.seed), job.player, options);
    parentPort?.postMessage({ job, score, hash } satisfies JobResult);
  });
}

const digest = (parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);

async function benchAll(options: Options): Promise<Report> {
  const kinds = options.only.length ? options.only : Object.keys(DEFINITIONS);
  const players: PlayerName[] = options.law ? ["core", "fifo", "skip", "law"] : ["core", "fifo", "skip"];
  const seeds = Array.from({ length: options.seeds }, (_, i) => i + 1);
  const jobs = kinds.flatMap((kind) => seeds.flatMap((seed) => players.map((player) => ({ kind, seed, player }))));
  const startedMs = Date.now();
  const results = await runJobs(jobs, {
    file: new URL(import.meta.url),
    workerData: { speech: options.speech, deviceRate: options.deviceRate } satisfies Setup,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    progress: (done, { job }) => {
      if (!process.stderr.isTTY && done % 50 !== 0 && done !== jobs.length) return;
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(0);
      process.stderr.write(
        `${process.stderr.isTTY ? "\r\x1b[K" : ""}${done} of ${jobs.length} (${job.kind}), ${seconds} s`,
      );
      if (!process.stderr.isTTY || done === jobs.length) process.stderr.write("\n");
    },
  });
  const rows = kinds.map((kind): Row => {
    const of = (player: PlayerName): JobResult[] =>
      results.filter(({ job }) => job.kind === kind && job.player === player);
    const core = summarize(of("core").map(({ score }) => score));
    const others = players.slice(1).map((player) => [player, summarize(of(player).map(({ score }) => score))] as const);
    const hash = digest(of("core").map((result) => result.hash));
    return { trace: kind, core, others: Object.fromEntries(others), goals: goalsOf(core), hash };
  });
  const hash = digest(rows.map((row) => row.hash));
  const cost = options.cost ? measureCost((await prepare(options)).module) : [];
  return { rows, hash, seeds: options.seeds, cost };
}

async function benchOne(trace: Trace, options: Options): Promise<{ report: Report; run: Run }> {
  const setup = await prepare(options);
  const run = await runTrace(trace, "core", { ...setup, keep: options.out !== undefined });
  const others: Partial<Record<PlayerName, ReturnType<typeof summarize>>> = {};
  for (const player of ["fifo", "skip"] as const)
    others[player] = summarize([(await runTrace(trace, player, setup)).score]);
  const core = summarize([run.score]);
  const row: Row = { trace: trace.kind, core, others, goals: goalsOf(core), hash: run.hash };
  return { report: { rows: [row], hash: run.hash, seeds: 1, cost: [] }, run };
}

async function writeRun(run: Run, options: Options): Promise<void> {
  if (options.out) {
    const samples = new Float32Array(run.audio.reduce((total, part) => total + part.length, 0));
    let at = 0;
    for (const part of run.audio) {
      samples.set(part, at);
      at += part.length;
    }
    await writeFile(options.out, writeWav(samples, options.deviceRate));
    process.stderr.write(`played audio: ${options.out}\n`);
  }
  if (options.log) {
    const head = "at_ms\toperation\tplayed_samples\tmedia_head\tsender\ttarget_ms\tlevel_ms\tdrift_ppm";
    const lines = run.ticks.map((tick) =>
      [tick.atMs, tick.operation, tick.played, tick.head, tick.sender, tick.targetMs, tick.levelMs, tick.driftPpm].join(
        "\t",
      ),
    );
    await writeFile(options.log, `${[head, ...lines].join("\n")}\n`);
    process.stderr.write(`what every tick did: ${options.log}\n`);
  }
}

async function main(options: Options): Promise<number> {
  process.stderr.write(`core: ${PLAYER_TITLES.core}; fifo: ${PLAYER_TITLES.fifo}; skip: ${PLAYER_TITLES.skip}\n`);
  let report: Report;
  const alone = options.trace ?? (options.out || options.log ? options.only[0] : undefined);
  if (alone === undefined) {
    report = await benchAll(options);
    const stalled = await runTrace(makeTrace("stall400", 1), "core", await prepare(options));
    const file = resolve(root, options.plot);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, toHtml(report, stalled.ticks));
    process.stderr.write(`plots: ${options.plot}\n`);
  } else {
    const trace = options.trace
      ? readTraceFile(basename(options.trace), await readFile(options.trace, "utf8"))
      : makeTrace(alone, options.seed);
    const { report: one, run } = await benchOne(trace, options);
    report = one;
    await writeRun(run, options);
  }
  process.stdout.write(`${options.json ? toJson(report) : toText(report)}\n`);
  return missedGoals(report).length ? 1 : 0;
}

if (isMainThread) {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options) process.exitCode = await main(options);
    else process.stdout.write(`${HELP}\n`);
  } catch (error) {
    process.stderr.write(`bench:jitter: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
} else await answerJobs();
