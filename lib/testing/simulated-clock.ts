import type { Clock } from "../session/index.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that moves only when told. For sessions, peers, faults and proxies: whatever takes a `clock`. */
export class SimulatedClock implements Clock {
  #now: number;
  #timers: Timer[] = [];
  #order = 0;

  /** Epoch milliseconds. */
  constructor(startAt = 1_700_000_000_000) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** When the next timer is due, milliseconds from now; undefined without one. */
  get nextMs(): number | undefined {
    const next = this.#next();
    return next && next.at - this.#now;
  }

  /**
   * Moves on by `ms`, running what is due in order. Before and between, everything happens that waits for nothing but its turn: promises,
   * messages between ports.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) {
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.run();
      await settle();
    }
    this.#now = end;
  }

  #next(): Timer | undefined {
    return this.#timers.reduce<Timer | undefined>((first, timer) => {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) return timer;
      return first;
    }, undefined);
  }
}

/** Turns of the event loop that are given to what is under way. */
const settlingTurns = 3;

/** Lets everything happen that waits for nothing but its turn. Works under fake timers, too: it uses none. */
export async function settle(turns = settlingTurns): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
}

/** In Node an open port keeps the process alive, unless told otherwise. */
type LoopPort = MessagePort & { ref?(): void; unref?(): void };

const waiting: (() => void)[] = [];
let ports: { readonly heard: LoopPort; readonly rung: LoopPort } | undefined;

/** Made on first use, and kept. */
function openPorts(): { readonly heard: LoopPort; readonly rung: LoopPort } {
  const { port1: heard, port2: rung }: { port1: LoopPort; port2: LoopPort } = new MessageChannel();
  heard.onmessage = () => {
    waiting.shift()?.();
    if (waiting.length === 0) heard.unref?.();
  };
  return { heard, rung };
}

function nextTurn(): Promise<void> {
  ports ??= openPorts();
  const { heard, rung } = ports;
  return new Promise<void>((resolve) => {
    waiting.push(resolve);
    heard.ref?.();
    rung.postMessage(undefined);
  });
}
