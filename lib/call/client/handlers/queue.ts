import type { TypedEventTarget } from "../../../session/index.ts";
import type { IncomingCall } from "../incoming-call.ts";
import { type CallHandler, pass, reject } from "./handler.ts";

/** Of `CallQueue`. */
export interface QueueOptions {
  /** Who comes when so many wait is told `busy`. Default 10. */
  readonly capacity?: number;
  /** So many calls may be on before others wait. Default 1. */
  readonly limit?: number;
}

/** Who waits has changed. */
export class QueueEvent extends Event {
  constructor(readonly waiting: readonly IncomingCall[]) {
    super("change");
  }
}

/** How often a caller is told that it still waits: no side takes it for unanswered then. */
const tellMs = 10_000;

const QueueEvents = EventTarget as new () => TypedEventTarget<{ change: QueueEvent }>;

/** Calls that wait until somebody has time, first come, first served. `client.onIncoming = compose(queue.handler, …)`. */
export class CallQueue extends QueueEvents {
  readonly #capacity: number;
  readonly #limit: number;
  #waiting: IncomingCall[] = [];
  /** That wait, or ring. */
  #present = 0;
  /** Over when nobody who came before rings or waits any more. */
  #turn: Promise<void> = Promise.resolve();

  constructor({ capacity = 10, limit = 1 }: QueueOptions = {}) {
    super();
    this.#capacity = capacity;
    this.#limit = limit;
  }

  /** First come, first. A new array at every change. */
  get waiting(): readonly IncomingCall[] {
    return this.#waiting;
  }

  /** Passes when it is the call's turn, one after the other; the handlers behind it decide then, or a person. */
  readonly handler: CallHandler = async (call, { activeCalls, signal, whenFree }) => {
    const atOnce = this.#present === 0 && activeCalls < this.#limit;
    if (!atOnce && this.#waiting.length >= this.#capacity) return reject("busy", "queue full");
    this.#present++;
    const left = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve());
      if (signal.aborted) resolve();
    });
    void left.then(() => this.#present--);
    const before = this.#turn;
    this.#turn = before.then(() => left);
    if (atOnce) return pass;
    this.#change([...this.#waiting, call]);
    const tell = setInterval(() => call.ring(this.#waiting.indexOf(call) + 1), tellMs);
    await Promise.race([left, before.then(() => whenFree(this.#limit)).catch(() => {})]);
    clearInterval(tell);
    this.#change(this.#waiting.filter((other) => other !== call));
    if (!signal.aborted) call.ring();
    return pass;
  };

  #change(waiting: IncomingCall[]): void {
    this.#waiting = waiting;
    for (const [index, call] of waiting.entries()) call.ring(index + 1);
    this.dispatchEvent(new QueueEvent(waiting));
  }
}
