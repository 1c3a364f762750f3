import type { Clock } from "../session/index.ts";
import { type FaultDirection, type FaultPhase, lasts } from "./fault-script.ts";

/** What a phase does when its time has come. `direction` is one of the phase's own; undefined: the phase has none, and it happens once. */
export interface FaultActor {
  begin(phase: FaultPhase, direction: FaultDirection | undefined): void;
  /** Of a phase that lasts. */
  end(phase: FaultPhase, direction: FaultDirection | undefined): void;
}

/** A fault that was applied while things ran. */
export interface FaultHandle {
  /** Takes the phase away. Idempotent. */
  end(): void;
}

interface Trigger {
  readonly direction: FaultDirection;
  readonly atBytes: number;
  readonly fire: () => void;
}

/** When the phases of one connection begin and end: by time, or by the bytes that have passed. */
export class FaultScheduler {
  readonly #clock: Clock;
  readonly #actor: FaultActor;
  readonly #passed = { up: 0, down: 0 };
  readonly #handles = new Set<FaultHandle>();
  #triggers: Trigger[] = [];

  constructor(clock: Clock, actor: FaultActor) {
    this.#clock = clock;
    this.#actor = actor;
  }

  /** Times and bytes count from now. */
  add(phase: FaultPhase): FaultHandle {
    const active = new Set<FaultDirection | undefined>();
    let cancelBegin: () => void = () => undefined;
    let cancelEnd: () => void = () => undefined;
    const finish = (): void => {
      cancelEnd();
      for (const direction of active) this.#actor.end(phase, direction);
      active.clear();
    };
    const begin = (directions: readonly (FaultDirection | undefined)[]): void => {
      if (!lasts(phase)) {
        for (const direction of directions) this.#actor.begin(phase, direction);
        return;
      }
      for (const direction of directions) {
        if (!active.has(direction)) this.#actor.begin(phase, direction);
        active.add(direction);
      }
      cancelEnd();
      if (phase.forMs !== undefined) cancelEnd = this.#clock.after(phase.forMs, finish);
    };
    const triggers: Trigger[] = [];
    const handle: FaultHandle = {
      end: () => {
        cancelBegin();
        this.#triggers = this.#triggers.filter((trigger) => !triggers.includes(trigger));
        this.#handles.delete(handle);
        finish();
      },
    };
    this.#handles.add(handle);
    const { afterBytes } = phase;
    if (afterBytes === undefined) {
      cancelBegin = this.#atTimes(phase, () => begin(directionsOf(phase)));
      return handle;
    }
    for (const direction of phase.direction ? [phase.direction] : (["up", "down"] as const)) {
      const fire = (): void => begin([direction]);
      triggers.push({ direction, atBytes: this.#passed[direction] + afterBytes, fire });
    }
    this.#triggers.push(...triggers);
    this.#fire();
    return handle;
  }

  /** Bytes that may pass in this direction before a phase wants to begin. Infinity: no phase does. */
  bytesToNext(direction: FaultDirection): number {
    const passed = this.#passed[direction];
    const waiting = this.#triggers.filter((trigger) => trigger.direction === direction);
    return Math.min(...waiting.map(({ atBytes }) => atBytes - passed));
  }

  /** Bytes have passed; phases that wanted to begin there do. */
  pass(direction: FaultDirection, bytes: number): void {
    this.#passed[direction] += bytes;
    this.#fire();
  }

  /** Ends everything, and leaves no timer. */
  stop(): void {
    for (const handle of [...this.#handles]) handle.end();
  }

  #fire(): void {
    const due = this.#triggers.filter(({ direction, atBytes }) => atBytes <= this.#passed[direction]);
    if (due.length === 0) return;
    this.#triggers = this.#triggers.filter((trigger) => !due.includes(trigger));
    for (const { fire } of due) fire();
  }

  #atTimes({ atMs, everyMs }: FaultPhase, run: () => void): () => void {
    const firstMs = atMs ?? everyMs ?? 0;
    let cancel: () => void = () => undefined;
    if (firstMs === 0 && everyMs === undefined) {
      run();
      return cancel;
    }
    const from = this.#clock.now();
    const wait = (dueMs: number): void => {
      cancel = this.#clock.after(Math.max(0, from + dueMs - this.#clock.now()), () => {
        if (everyMs !== undefined) wait(dueMs + everyMs);
        run();
      });
    };
    wait(firstMs);
    return () => cancel();
  }
}

/** These end a whole connection, or concern none, whatever the direction. */
const undirected: readonly string[] = ["reset", "refuse"];

/** The directions a phase happens in; undefined: none in particular, once. */
export function directionsOf(phase: FaultPhase): readonly (FaultDirection | undefined)[] {
  if (phase.direction) return [phase.direction];
  return undirected.includes(phase.type) ? [undefined] : ["up", "down"];
}
