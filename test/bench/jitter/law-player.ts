import { type Law, openLaw } from "../../unit/wasm/playout/law.ts";
import { type Counters, type Operation, type Player, SENDERS, TICK_MS, type Tick } from "./player.ts";
import { type Row, SAMPLE_RATE, type Trace } from "./trace.ts";

/** The control law alone, without audio. */
export class LawPlayer implements Player {
  readonly stepMs = TICK_MS;
  readonly law: Law;
  #first = Number.NaN;

  private constructor(law: Law) {
    this.law = law;
  }

  static async open(trace: Trace): Promise<LawPlayer> {
    return new LawPlayer(await openLaw({ rate: SAMPLE_RATE, rtp: trace.rtp, capacityMs: 120000 }));
  }

  push(row: Row): void {
    if (Number.isNaN(this.#first)) this.#first = row.timestamp;
    this.law.push(row.arrivalMs, row.timestamp - this.#first, row.samples, row.quiet ? 1 : 0);
  }

  tick(nowMs: number): Tick[] {
    const { law } = this;
    const operation = String.fromCharCode(law.playoutTick(nowMs)) as Operation;
    const tick: Tick = {
      atMs: nowMs,
      durationMs: TICK_MS,
      operation,
      played: law.tickPlayed.value,
      from: law.head.value - law.tickPlayed.value,
      head: law.head.value,
      sender: SENDERS[law.senderState.value] ?? "unknown",
      targetMs: law.targetMs.value,
      levelMs: law.levelMs(),
      driftPpm: law.driftPpm.value,
    };
    return [tick];
  }

  counters(): Counters {
    const { received, played, dropped, flushed, held, concealed } = this.law;
    return {
      received: received.value,
      played: played.value,
      dropped: dropped.value,
      flushed: flushed.value,
      held: held.value,
      concealed: concealed.value,
    };
  }
}
