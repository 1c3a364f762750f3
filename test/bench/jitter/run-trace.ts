import { AudioHash } from "./audio-hash.ts";
import { EnginePlayer } from "./engine-player.ts";
import { FifoPlayer } from "./fifo-player.ts";
import { LawPlayer } from "./law-player.ts";
import { type Player, playTrace, type Tick } from "./player.ts";
import { type Score, scoreTrace } from "./score.ts";
import type { Trace } from "./trace.ts";

export const PLAYERS = ["core", "fifo", "skip", "law"] as const;
export type PlayerName = (typeof PLAYERS)[number];

export const PLAYER_TITLES: Readonly<Record<PlayerName, string>> = {
  core: "this core, with its audio",
  fifo: "plain FIFO (starts on the first frame, never catches up)",
  skip: "FIFO that starts at 60 ms and drops above 200 ms",
  law: "the control law alone, 10 ms ticks, no audio",
};

export interface RunOptions {
  module: WebAssembly.Module;
  speech?: Float32Array;
  deviceRate?: number;
  /** Keep what was played (core only). */
  keep?: boolean;
}

export interface Run {
  score: Score;
  ticks: Tick[];
  /** Of the audio played; empty for players without. */
  hash: string;
  audio: Float32Array[];
}

/** One player on one trace. */
export async function runTrace(trace: Trace, name: PlayerName, options: RunOptions): Promise<Run> {
  const hash = new AudioHash();
  const audio: Float32Array[] = [];
  const hear = (samples: Float32Array): void => {
    hash.add(samples);
    if (options.keep) audio.push(samples.slice());
  };
  const player = await openPlayer(trace, name, { ...options, hear });
  const ticks = playTrace(trace, player);
  const score = scoreTrace(trace, ticks, player.counters());
  return { score, ticks, hash: name === "core" ? hash.text() : "", audio };
}

async function openPlayer(
  trace: Trace,
  name: PlayerName,
  options: RunOptions & { hear: (samples: Float32Array) => void },
): Promise<Player> {
  switch (name) {
    case "core":
      return new EnginePlayer(trace, { ...options, instance: new WebAssembly.Instance(options.module, {}) });
    case "fifo":
      return new FifoPlayer(trace, { startMs: 20 });
    case "skip":
      return new FifoPlayer(trace, { startMs: 60, skipMs: 200 });
    case "law":
      return LawPlayer.open(trace);
    default:
      return name satisfies never;
  }
}
