import { compileEntry } from "../compile.ts";

/** The exports of entries/playout.ts. Times in ms, media in samples. */
export interface Law {
  open(rate: number, tickMs: number, rtp: number, capacityMs: number): void;
  push(arrivalMs: number, media: number, samples: number, quiet: number): number;
  playoutTick(nowMs: number): number;
  flushLaw(nowMs: number, to: number, keep: number): number;
  heardSamples(): number;
  levelMs(): number;
  delayMs(nowMs: number): number;
  impairment(delayMs: number, lossPct: number): number;
  packetCount(): number;
  packetStart(i: number): number;
  packetSamples(i: number): number;
  readonly received: WebAssembly.Global<"f64">;
  readonly played: WebAssembly.Global<"f64">;
  readonly dropped: WebAssembly.Global<"f64">;
  readonly flushed: WebAssembly.Global<"f64">;
  readonly concealed: WebAssembly.Global<"f64">;
  readonly held: WebAssembly.Global<"i32">;
  readonly head: WebAssembly.Global<"f64">;
  readonly end: WebAssembly.Global<"f64">;
  readonly speed: WebAssembly.Global<"f64">;
  readonly tickPlayed: WebAssembly.Global<"i32">;
  readonly tickCut: WebAssembly.Global<"i32">;
  readonly senderState: WebAssembly.Global<"i32">;
  readonly targetMs: WebAssembly.Global<"f64">;
  readonly floorMs: WebAssembly.Global<"f64">;
  readonly driftPpm: WebAssembly.Global<"f64">;
  readonly appliedPpm: WebAssembly.Global<"f64">;
  readonly reserveMs: WebAssembly.Global<"f64">;
  readonly memory: WebAssembly.Memory;
}

export async function openLaw(options: {
  rate: number;
  tickMs?: number;
  rtp: boolean;
  capacityMs: number;
}): Promise<Law> {
  const law = (await compileEntry("playout")).exports as unknown as Law;
  law.open(options.rate, options.tickMs ?? 10, options.rtp ? 1 : 0, options.capacityMs);
  return law;
}
