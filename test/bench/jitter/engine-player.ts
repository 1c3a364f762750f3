import { compileEntry } from "../../unit/wasm/compile.ts";
import { SENDERS } from "./law-player.ts";
import type { Counters, Operation, Player, Tick } from "./player.ts";
import { makeSpeech } from "./speech.ts";
import { mediaPositions, type Row, SAMPLE_RATE, type Trace } from "./trace.ts";

/** Numbers of playbackStat. */
const STAT = {
  received: 0,
  played: 1,
  dropped: 2,
  flushed: 3,
  held: 4,
  sender: 11,
  targetMs: 12,
  driftPpm: 15,
  concealed: 21,
  operation: 32,
  head: 33,
  levelMs: 34,
  tickMedia: 35,
  tickMs: 36,
  lag: 37,
} as const;

export interface Engine {
  readonly memory: WebAssembly.Memory;
  inputPtr(): number;
  outputPtr(): number;
  playbackOpen(codec: number, rate: number, deviceRate: number): number;
  playbackPush(length: number, arrivalMs: number): number;
  playbackPushRtp(length: number, sequence: number, timestamp: number, arrivalMs: number): number;
  playbackPull(frames: number, nowMs: number): number;
  playbackFlush(position: number): number;
  playbackStat(index: number): number;
}

const L16 = 0;
const SPEECH_SECONDS = 60;
/** −60 dBFS: what a quiet row of a trace sounds like. */
const QUIET_SHARE = 0.01;
/** Frames of a render quantum. */
const QUANTUM = 128;
const ENGINE_TICK_MS = 5;

let speech: Float32Array | undefined;

/** The whole engine with real audio, L16 at 16 kHz to a device at `deviceRate`. */
export class EnginePlayer implements Player {
  readonly engine: Engine;
  readonly #input: Uint8Array;
  readonly #output: Float32Array;
  readonly stepMs: number;
  readonly #positions: Map<Row, number>;
  readonly #rtp: boolean;
  /** Everything played, at the device rate, when it is to be kept. */
  readonly heard: Float32Array[] = [];
  readonly #keep: boolean;
  #tickMs = Number.NaN;
  #lag = 0;

  private constructor(engine: Engine, trace: Trace, options: { deviceRate: number; keep: boolean }) {
    this.engine = engine;
    this.#rtp = trace.rtp;
    this.#keep = options.keep;
    this.stepMs = (1000 * QUANTUM) / options.deviceRate;
    const { buffer } = engine.memory;
    this.#input = new Uint8Array(buffer, engine.inputPtr(), 16384);
    this.#output = new Float32Array(buffer, engine.outputPtr(), 4096);
    const positions = mediaPositions(trace);
    this.#positions = new Map(trace.rows.map((row, i) => [row, positions[i] ?? 0]));
    engine.playbackOpen(L16, SAMPLE_RATE, options.deviceRate);
  }

  static async open(trace: Trace, options = { deviceRate: 48000, keep: false }): Promise<EnginePlayer> {
    const engine = (await compileEntry("engine")).exports as unknown as Engine;
    return new EnginePlayer(engine, trace, options);
  }

  push(row: Row): void {
    speech ??= makeSpeech(1, SPEECH_SECONDS);
    const position = this.#positions.get(row) ?? 0;
    for (let at = 0; at < row.samples; at += 8192) {
      const samples = Math.min(8192, row.samples - at);
      const view = new DataView(this.#input.buffer, this.#input.byteOffset);
      for (let i = 0; i < samples; i++) {
        const value = (speech[(position + at + i) % speech.length] ?? 0) * (row.quiet ? QUIET_SHARE : 1);
        view.setInt16(2 * i, Math.round(value), true);
      }
      if (this.#rtp) this.engine.playbackPushRtp(2 * samples, row.sequence & 0xffff, row.timestamp + at, row.arrivalMs);
      else this.engine.playbackPush(2 * samples, row.arrivalMs);
    }
  }

  /** Renders one quantum: at most one tick of the engine. */
  tick(nowMs: number): Tick[] {
    const frames = this.engine.playbackPull(QUANTUM, nowMs);
    if (this.#keep) this.heard.push(this.#output.slice(0, frames));
    const tickMs = this.#stat("tickMs");
    if (tickMs === this.#tickMs) return [];
    this.#tickMs = tickMs;
    return [this.#observe(tickMs)];
  }

  counters(): Counters {
    const samples = (name: keyof typeof STAT): number => this.#stat(name) / 2;
    return {
      received: samples("received"),
      played: samples("played"),
      dropped: samples("dropped"),
      flushed: samples("flushed"),
      held: samples("held"),
      concealed: this.#stat("concealed"),
    };
  }

  #observe(tickMs: number): Tick {
    const head = this.#stat("head");
    const played = this.#stat("tickMedia");
    const lag = this.#lag;
    this.#lag = this.#stat("lag");
    return {
      atMs: tickMs,
      durationMs: ENGINE_TICK_MS,
      operation: String.fromCharCode(this.#stat("operation")) as Operation,
      played,
      cut: 0,
      from: head - played - lag,
      head: head - this.#lag,
      sender: SENDERS[this.#stat("sender")] ?? "unknown",
      targetMs: this.#stat("targetMs"),
      levelMs: this.#stat("levelMs"),
      driftPpm: this.#stat("driftPpm"),
    };
  }

  #stat(name: keyof typeof STAT): number {
    return this.engine.playbackStat(STAT[name]);
  }
}
