import { type Counters, type Operation, type Player, SENDERS, type Tick } from "./player.ts";
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

/** What the bench uses of the core. */
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

export interface EngineOptions {
  /** A fresh instance of the core: it carries one stream. */
  instance: WebAssembly.Instance;
  deviceRate?: number;
  /** Called with what every render quantum played; the view is valid during the call. */
  hear?: (samples: Float32Array) => void;
  /** Speech at 16 kHz on the int16 scale, repeated; default: synthetic, in a noisy room where the trace says so. */
  speech?: Float32Array;
}

const L16 = 0;
/** A render quantum is 128 frames at 48 kHz; at other rates it is as short, so that no tick goes unseen. */
const QUANTA_PER_SECOND = 375;
const ENGINE_TICK_MS = 5;
const SPEECH_SECONDS = 60;
/** −60 dBFS: what a quiet row of a trace sounds like. */
const QUIET_SHARE = 0.01;
/** Samples that fit the input of one push. */
const PUSH_SAMPLES = 8192;

let synthetic: Float32Array | undefined;
let noisy: Float32Array | undefined;

function speechOf({ noisy: noisyRoom = false }: Trace): Float32Array {
  if (noisyRoom) {
    noisy ??= makeSpeech(1, SPEECH_SECONDS, { noisyRoom });
    return noisy;
  }
  synthetic ??= makeSpeech(1, SPEECH_SECONDS);
  return synthetic;
}

/** The whole engine with real audio: L16 at 16 kHz, to a device that renders quanta of 2.7 ms. */
export class EnginePlayer implements Player {
  readonly engine: Engine;
  readonly stepMs: number;
  readonly #input: DataView;
  readonly #output: Float32Array;
  readonly #speech: Float32Array;
  readonly #frames: number;
  readonly #hear: EngineOptions["hear"];
  readonly #positions: Map<Row, number>;
  readonly #rtp: boolean;
  #tickMs = Number.NaN;
  #lag = 0;

  constructor(trace: Trace, { instance, deviceRate = 48000, hear, speech }: EngineOptions) {
    this.engine = instance.exports as unknown as Engine;
    this.#frames = Math.floor(deviceRate / QUANTA_PER_SECOND);
    this.stepMs = (1000 * this.#frames) / deviceRate;
    this.#rtp = trace.rtp;
    this.#hear = hear;
    this.#speech = speech ?? speechOf(trace);
    const { buffer } = this.engine.memory;
    this.#input = new DataView(buffer, this.engine.inputPtr(), 2 * PUSH_SAMPLES);
    this.#output = new Float32Array(buffer, this.engine.outputPtr(), this.#frames);
    const positions = mediaPositions(trace);
    this.#positions = new Map(trace.rows.map((row, i) => [row, positions[i] ?? 0]));
    if (this.engine.playbackOpen(L16, SAMPLE_RATE, deviceRate) < 0)
      throw new RangeError(`no device at ${deviceRate} Hz`);
  }

  push(row: Row): void {
    const position = this.#positions.get(row) ?? 0;
    const share = row.quiet ? QUIET_SHARE : 1;
    for (let at = 0; at < row.samples; at += PUSH_SAMPLES) {
      const samples = Math.min(PUSH_SAMPLES, row.samples - at);
      for (let i = 0; i < samples; i++) {
        const value = this.#speech[(position + at + i) % this.#speech.length] ?? 0;
        this.#input.setInt16(2 * i, Math.round(value * share), true);
      }
      if (this.#rtp) this.engine.playbackPushRtp(2 * samples, row.sequence & 0xffff, row.timestamp + at, row.arrivalMs);
      else this.engine.playbackPush(2 * samples, row.arrivalMs);
    }
  }

  /** Renders one quantum: at most one tick of the engine. */
  tick(nowMs: number): Tick[] {
    this.engine.playbackPull(this.#frames, nowMs);
    this.#hear?.(this.#output);
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
