import type { Row, Trace } from "./trace.ts";

/** What a player did in a tick, as one letter. */
export type Operation = "N" | "A" | "S" | "C" | "X" | "." | "E" | "F";
/** By the numbers of the core. */
export const SENDERS = ["unknown", "live", "generated"] as const;
export type SenderState = (typeof SENDERS)[number];

/** One tick of a player, in media samples. */
export interface Tick {
  atMs: number;
  durationMs: number;
  operation: Operation;
  /** Samples of the trace played. */
  played: number;
  /** Media position of the first sample played, and after the last. */
  from: number;
  head: number;
  sender: SenderState;
  targetMs: number;
  levelMs: number;
  driftPpm: number;
}

/** Something that is given packets as they arrive and asked for a few milliseconds at a time. */
export interface Player {
  /** How much it is asked for at a time, ms. */
  readonly stepMs: number;
  push(row: Row): void;
  /** Plays one step; returns what it did in ticks of its own clock. */
  tick(nowMs: number): Tick[];
  /** received = played + dropped + flushed + held, in samples. */
  counters(): Counters;
}

export interface Counters {
  received: number;
  played: number;
  dropped: number;
  flushed: number;
  held: number;
  concealed: number;
}

/** Tick of the simple players, and of the control law alone. */
export const TICK_MS = 10;

/** Runs a trace to its end, and on until what is held has been played. */
export function playTrace(trace: Trace, player: Player): Tick[] {
  const tailMs = trace.captureMs ? 0 : trace.mixed ? 60000 : 12000;
  const untilMs = trace.seconds * 1000 + tailMs;
  const ticks: Tick[] = [];
  let next = 0;
  for (let step = 0; step * player.stepMs < untilMs; step++) {
    const nowMs = step * player.stepMs;
    for (let row = trace.rows[next]; row && row.arrivalMs <= nowMs; row = trace.rows[++next]) player.push(row);
    ticks.push(...player.tick(nowMs));
  }
  return ticks;
}
