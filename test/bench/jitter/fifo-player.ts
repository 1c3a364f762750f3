import { type Counters, type Operation, type Player, TICK_MS, type Tick } from "./player.ts";
import { type Row, SAMPLES_PER_MS, type Trace } from "./trace.ts";

const TICK_SAMPLES = TICK_MS * SAMPLES_PER_MS;

export interface FifoOptions {
  /** Milliseconds held before playing starts. */
  startMs: number;
  /** Drop the oldest above this many milliseconds held; undefined: never. */
  skipMs?: number;
}

/** What most players are: a queue that starts once and never catches up, or catches up by dropping. */
export class FifoPlayer implements Player {
  readonly stepMs = TICK_MS;
  readonly #trace: Trace;
  readonly #options: FifoOptions;
  #received = 0;
  #played = 0;
  #dropped = 0;
  #concealed = 0;
  #head = 0;
  #end = 0;
  #started = false;
  #gaps: [from: number, to: number][] = [];

  constructor(trace: Trace, options: FifoOptions) {
    this.#trace = trace;
    this.#options = options;
  }

  push(row: Row): void {
    this.#received += row.samples;
    if (!this.#trace.rtp) {
      this.#end += row.samples;
      return;
    }
    const at = row.timestamp - (this.#trace.rows[0]?.timestamp ?? 0);
    if (at < this.#end) {
      this.#dropped += row.samples; // late or reordered is lost
      return;
    }
    if (at > this.#end) this.#gaps.push([this.#end, at]);
    this.#end = at + row.samples;
  }

  tick(nowMs: number): Tick[] {
    const before = this.#played;
    const operation = this.#play();
    const tick: Tick = {
      atMs: nowMs,
      durationMs: TICK_MS,
      operation,
      played: this.#played - before,
      from: this.#head - (this.#played - before),
      head: this.#head,
      sender: "live",
      targetMs: 0,
      levelMs: (this.#end - this.#head) / SAMPLES_PER_MS,
      driftPpm: Number.NaN,
    };
    return [tick];
  }

  counters(): Counters {
    const held = this.#received - this.#played - this.#dropped;
    return {
      received: this.#received,
      played: this.#played,
      dropped: this.#dropped,
      flushed: 0,
      held,
      concealed: this.#concealed,
    };
  }

  #play(): Operation {
    const { startMs, skipMs } = this.#options;
    if (!this.#started) {
      if (!this.#received || this.#end - this.#head < startMs * SAMPLES_PER_MS) return ".";
      this.#started = true;
    }
    const excess = skipMs === undefined ? 0 : this.#end - this.#head - skipMs * SAMPLES_PER_MS;
    if (excess > 0) this.#dropped += this.#advance(excess);
    if (this.#end - this.#head < TICK_SAMPLES) {
      this.#concealed += TICK_SAMPLES;
      return "X";
    }
    const played = this.#advance(TICK_SAMPLES);
    this.#played += played;
    this.#concealed += TICK_SAMPLES - played;
    return played ? "N" : "C";
  }

  /** Moves the head; returns how many of those samples had arrived. */
  #advance(samples: number): number {
    const from = this.#head;
    const to = from + samples;
    let missing = 0;
    for (const [a, b] of this.#gaps) missing += Math.max(0, Math.min(to, b) - Math.max(from, a));
    this.#gaps = this.#gaps.filter(([, b]) => b > to);
    this.#head = to;
    return samples - missing;
  }
}
