import { Worker } from "node:worker_threads";
import type { Sound } from "../support/wav.ts";
import type { Question } from "./hearing-worker.ts";

/** Compares what is heard with what the microphone says, on a thread of its own: answers come in the order of the questions. */
export class Comparer {
  readonly #worker: Worker;
  readonly #waiting: { resolve(correlation: number): void; reject(error: Error): void }[] = [];

  /** `script`: the built hearing-worker.ts. */
  constructor(script: string) {
    this.#worker = new Worker(script);
    this.#worker.on("message", (correlation: number) => this.#waiting.shift()?.resolve(correlation));
    this.#worker.on("error", (error: Error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  correlation(heard: Sound, microphone: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage({ heard, microphone } satisfies Question);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
