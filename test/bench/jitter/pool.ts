import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { PlayerName } from "./run-trace.ts";
import type { Score } from "./score.ts";

export interface Job {
  kind: string;
  seed: number;
  player: PlayerName;
}

export interface JobResult {
  job: Job;
  score: Score;
  hash: string;
}

export interface PoolOptions {
  /** This very bundle: in a worker it answers jobs (see main.ts). */
  file: URL;
  workerData: unknown;
  threads?: number;
  progress(done: number, result: JobResult): void;
}

/** Runs the jobs on a few threads; the results come in the order of the jobs. */
export async function runJobs(jobs: readonly Job[], options: PoolOptions): Promise<JobResult[]> {
  const results: JobResult[] = [];
  let next = 0;
  let done = 0;
  const serve = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(options.file, { workerData: options.workerData });
      let at = -1;
      const give = (): void => {
        at = next++;
        const job = jobs[at];
        if (job) worker.postMessage(job);
        else void worker.terminate().then(() => resolve());
      };
      worker.on("message", (result: JobResult) => {
        results[at] = result;
        options.progress(++done, result);
        give();
      });
      worker.on("error", (error) => {
        const job = jobs[at];
        reject(
          new Error(`${job?.kind ?? "?"}/${job?.seed ?? "?"} (${job?.player ?? "?"}): ${error.message}`, {
            cause: error,
          }),
        );
      });
      give();
    });
  const threads = Math.min(options.threads ?? availableParallelism(), jobs.length);
  await Promise.all(Array.from({ length: threads }, serve));
  return results;
}
