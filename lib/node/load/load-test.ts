import type { NodeWebSocketOptions } from "../connect-node-websocket.ts";
import { FrameSchedule } from "./frame-schedule.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { LoadCall, type LoadLine, type LoadListener } from "./load-call.ts";
import type { LoadProgress, LoadReport } from "./load-report.ts";

export interface LoadTestOptions extends NodeWebSocketOptions {
  readonly connections: number;
  /** How long is measured, once all calls are active. */
  readonly durationMs: number;
  /** Sound before the measurement. Default 1 s. */
  readonly warmUpMs?: number;
  /** How long frames are waited for that have not come back at the end. Default 5 s. */
  readonly stragglersMs?: number;
  /** Calls being set up at a time. Default 20. */
  readonly concurrency?: number;
  /** Default `L16/8000/1`: 320 bytes a frame. */
  readonly codec?: string;
  readonly application?: string;
  /** Once a second, and at the end. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** All calls are active and have been for the time of the warm-up: the moment to look at the server's memory. */
  readonly onMeasuring?: () => void;
  /** Makes a line of another kind than the library's own calls; the options above that say how to dial are then its business. */
  readonly line?: (listener: LoadListener) => LoadLine;
  /** Ends it early: what was measured until then is reported. */
  readonly signal?: AbortSignal;
}

const frameMs = 20;

/** Many calls to a server, each sending 50 frames a second, and what comes back of them. */
class LoadTest implements LoadListener {
  readonly #options: LoadTestOptions;
  readonly #codec: string;
  readonly #calls: LoadLine[] = [];
  readonly #failures: Record<string, number> = {};
  readonly #setUp = new LatencyHistogram();
  readonly #latency = new LatencyHistogram();
  readonly #lateness = new LatencyHistogram();
  readonly #sendLate = new LatencyHistogram();
  #phase: LoadProgress["phase"] = "connecting";
  #phaseAt = performance.now();
  #measuredFrom = Number.POSITIVE_INFINITY;
  #measuredTo = Number.POSITIVE_INFINITY;
  #dialled = 0;
  #failed = 0;
  #sent = 0;
  #refused = 0;
  #echoed = 0;
  #foreignBytes = 0;
  #endedEarly = 0;
  #endedCleanly = 0;

  constructor(options: LoadTestOptions) {
    this.#options = options;
    this.#codec = options.codec ?? "L16/8000/1";
  }

  async run(): Promise<LoadReport> {
    const { concurrency = 20 } = this.#options;
    const ticker = setInterval(() => this.#tell(), 1000);
    await together(concurrency, () => this.#dial());
    if (this.#calls.length > 0) await this.#talk();
    this.#enter("hanging up");
    const leaving = [...this.#calls];
    await together(concurrency, () => this.#hangUp(leaving));
    clearInterval(ticker);
    this.#tell();
    return this.#report();
  }

  echoed(dueAt: number, sentAt: number, receivedAt: number): void {
    if (!this.#isMeasured(dueAt)) return;
    this.#echoed++;
    this.#latency.add(receivedAt - sentAt);
    this.#lateness.add(receivedAt - dueAt);
  }

  foreign(bytes: number): void {
    this.#foreignBytes += bytes;
  }

  async #dial(): Promise<void> {
    const { connections, application = "echo", signal, line } = this.#options;
    const ours = (): LoadLine => new LoadCall({ ...this.#options, application, codec: this.#codec }, this);
    while (this.#dialled < connections && !signal?.aborted) {
      const id = `load-${++this.#dialled}`;
      const startedAt = performance.now();
      const call = line ? line(this) : ours();
      try {
        await call.start(id);
      } catch (error) {
        const code = String((error as { readonly code?: unknown }).code ?? "unknown");
        this.#failures[code] = (this.#failures[code] ?? 0) + 1;
        this.#failed++;
        continue;
      }
      this.#setUp.add(performance.now() - startedAt);
      this.#calls.push(call);
      void call.ended.then(() => {
        if (this.#phase !== "hanging up") this.#endedEarly++;
      });
    }
  }

  async #talk(): Promise<void> {
    const { durationMs, warmUpMs = 1000, stragglersMs = 5000, signal } = this.#options;
    this.#enter("warming up");
    const startedAt = performance.now();
    this.#measuredFrom = startedAt + warmUpMs;
    this.#measuredTo = this.#measuredFrom + durationMs;
    const schedule = new FrameSchedule(this.#calls.length, frameMs, startedAt);
    await schedule.run(this.#measuredTo, signal, (index, dueAt, now) => this.#send(this.#calls[index]!, dueAt, now));
    this.#measuredTo = Math.min(this.#measuredTo, performance.now());
    const deadline = performance.now() + stragglersMs;
    while (this.#echoed > 0 && this.#echoed < this.#sent && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  #send(call: LoadLine, dueAt: number, now: number): void {
    const measured = this.#isMeasured(dueAt);
    if (measured && this.#phase === "warming up") {
      this.#enter("measuring");
      this.#options.onMeasuring?.();
    }
    const went = call.send(dueAt, now);
    if (!measured) return;
    this.#sendLate.add(now - dueAt);
    if (went) this.#sent++;
    else this.#refused++;
  }

  async #hangUp(leaving: LoadLine[]): Promise<void> {
    for (let call = leaving.pop(); call; call = leaving.pop()) {
      if (await call.hangUp()) this.#endedCleanly++;
    }
  }

  #isMeasured(dueAt: number): boolean {
    return dueAt >= this.#measuredFrom && dueAt < this.#measuredTo;
  }

  #enter(phase: LoadProgress["phase"]): void {
    this.#phase = phase;
    this.#phaseAt = performance.now();
  }

  #tell(): void {
    this.#options.onProgress?.({
      phase: this.#phase,
      elapsedMs: performance.now() - this.#phaseAt,
      active: this.#calls.filter(({ active }) => active).length,
      failed: this.#failed,
      sentFrames: this.#sent,
      echoedFrames: this.#echoed,
      p99Ms: this.#latency.percentile(0.99),
    });
  }

  #report(): LoadReport {
    const { url, connections } = this.#options;
    const [sent, echoed] = [this.#sent, this.#echoed];
    return {
      url: String(url).split("?")[0]!,
      codec: this.#codec,
      connections,
      connected: this.#calls.length,
      failures: this.#failures,
      measuredMs: this.#calls.length > 0 ? Math.max(0, Math.round(this.#measuredTo - this.#measuredFrom)) : 0,
      setUpMs: this.#setUp.summary(),
      echo: echoed > 0,
      latencyMs: this.#latency.summary(),
      latenessMs: this.#lateness.summary(),
      sendLateMs: this.#sendLate.summary(),
      frames: { sent, echoed, lost: echoed > 0 ? sent - echoed : 0, refused: this.#refused },
      receivedBytes: this.#calls.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0),
      foreignBytes: this.#foreignBytes,
      endedEarly: this.#endedEarly,
      endedCleanly: this.#endedCleanly,
    };
  }
}

/** Makes the calls, measures, hangs up. Never rejects for what a call does. */
export function runLoadTest(options: LoadTestOptions): Promise<LoadReport> {
  return new LoadTest(options).run();
}

async function together(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}
