import { makeTrace } from "./definitions.ts";
import { type Engine, EnginePlayer } from "./engine-player.ts";
import { playTrace } from "./player.ts";
import { mean, percentile } from "./statistics.ts";

/** Traces that stretch, conceal from one and from two sides, and do none of it. */
const KINDS = ["wifi", "lte", "loss20", "tts4"];
const DEVICE_RATE = 48000;

/** Time of the whole playback path per 10 ms of audio, µs. Depends on the machine and on what else it does. */
export interface Cost {
  readonly trace: string;
  readonly meanUs: number;
  readonly p99Us: number;
  readonly worstUs: number;
}

/** The time spent in the calls of an engine. */
class Stopwatch {
  spentMs = 0;

  time<A extends unknown[], R>(call: (...values: A) => R): (...values: A) => R {
    return (...values) => {
      const startMs = performance.now();
      const result = call(...values);
      this.spentMs += performance.now() - startMs;
      return result;
    };
  }

  take(): number {
    const spentMs = this.spentMs;
    this.spentMs = 0;
    return spentMs;
  }
}

export function measureCost(module: WebAssembly.Module): Cost[] {
  return KINDS.map((kind) => {
    const watch = new Stopwatch();
    const engine = new WebAssembly.Instance(module, {}).exports as unknown as Engine;
    const exports = {
      ...engine,
      playbackPush: watch.time(engine.playbackPush),
      playbackPushRtp: watch.time(engine.playbackPushRtp),
      playbackPull: watch.time(engine.playbackPull),
    };
    const windows: number[] = [];
    let quanta = 0;
    const hear = (samples: Float32Array): void => {
      quanta += samples.length;
      if (quanta < DEVICE_RATE / 100) return;
      windows.push((watch.take() * 1000 * (DEVICE_RATE / 100)) / quanta);
      quanta = 0;
    };
    const trace = makeTrace(kind, 1);
    const instance = { exports: exports as unknown as WebAssembly.Exports };
    playTrace(trace, new EnginePlayer(trace, { instance, deviceRate: DEVICE_RATE, hear }));
    const settled = windows.slice(200); // compiled by then
    return { trace: kind, meanUs: mean(settled), p99Us: percentile(settled, 0.99), worstUs: percentile(settled, 1) };
  });
}
