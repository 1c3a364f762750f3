import type { Params, Result } from "../protocol/index.ts";
import type { Clock } from "./clock.ts";
import type { MessageContext } from "./context.ts";

/** One measurement. t0 and t3 are on our clock, t1 and t2 on the peer's; all epoch milliseconds. */
export interface PingReport {
  readonly t0: number;
  /** The peer's transport received the request. */
  readonly t1: number;
  /** The peer handled it. */
  readonly t2: number;
  /** Our transport received the answer. */
  readonly t3: number;
  /** From t0 to t3. */
  readonly rttMs: number;
  /** What the peer made of it: t2 − t0, which is the one-way delay where both clocks agree. */
  readonly owdMs: number;
  /** The peer's clock minus ours, where both ways take the same time (RFC 5905 §8). */
  readonly offsetMs: number;
}

/** Answers a ping. */
export function pong({ t0, data }: Params<"ping">, { receivedAt }: MessageContext, clock: Clock): Result<"ping"> {
  const t2 = Math.round(clock.now());
  return { t0, t1: Math.round(receivedAt), t2, owd: t2 - t0, ...(data !== undefined && { data }) };
}

export function measure({ t1, t2, owd }: Result<"ping">, t0: number, t3: number): PingReport {
  return { t0, t1, t2, t3, rttMs: Math.max(0, t3 - t0), owdMs: owd, offsetMs: (t1 - t0 + (t2 - t3)) / 2 };
}
