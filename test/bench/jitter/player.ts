import type { Row, Trace } from "./trace.ts";

/** What a player did in one 10 ms tick, as one letter. */
export type Operation = "N" | "A" | "S" | "C" | "X" | "." | "E" | "F";
export type SenderState = "unknown" | "live" | "generated";

/** One 10 ms tick of a player, in media samples. */
export interface Tick {
  atMs: number;
  operation: Operation;
  /** Samples of the trace played. */
  played: number;
  /** Samples cut off a backlog in quiet audio. */
  cut: number;
  /** Media position after the last sample played. */
  head: number;
  sender: SenderState;
  targetMs: number;
  levelMs: number;
  driftPpm: number;
}

/** Something that is given packets as they arrive and asked for 10 ms at a time. */
export interface Player {
  push(row: Row): void;
  tick(nowMs: number): Tick;
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

export const TICK_MS = 10;

/** Runs a trace to its end, and on until what is held has been played. */
export function playTrace(trace: Trace, player: Player): Tick[] {
  const tailMs = trace.captureMs ? 0 : trace.mixed ? 60000 : 12000;
  const untilMs = trace.seconds * 1000 + tailMs;
  const ticks: Tick[] = [];
  let next = 0;
  for (let nowMs = 0; nowMs < untilMs; nowMs += TICK_MS) {
    for (let row = trace.rows[next]; row && row.arrivalMs <= nowMs; row = trace.rows[++next]) player.push(row);
    ticks.push(player.tick(nowMs));
  }
  return ticks;
}
