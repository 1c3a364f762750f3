import { connect, type Socket } from "node:net";
import type { Clock } from "../../session/index.ts";
import type { FaultLog } from "../fault-log.ts";
import { directionsOf, type FaultActor, type FaultHandle, FaultScheduler } from "../fault-scheduler.ts";
import { type FaultDirection, type FaultPhase, formatFaultPhase } from "../fault-script.ts";
import { seededRandom, subSeed } from "../random.ts";
import { type FlowCounters, ProxyFlow } from "./proxy-flow.ts";

/** What became of the connections. */
export interface ConnectionCounters {
  accepted: number;
  /** The target could not be reached. */
  failed: number;
  reset: number;
  truncated: number;
}

export interface ProxyConnectionOptions {
  /** Counts from 1. */
  readonly number: number;
  readonly client: Socket;
  readonly target: { readonly host: string; readonly port: number };
  readonly seed: number;
  readonly clock: Clock;
  readonly log: FaultLog;
  readonly counters: ConnectionCounters;
  readonly flows: Readonly<Record<FaultDirection, FlowCounters>>;
  readonly maxQueuedBytes: number;
  readonly onClosed: (connection: ProxyConnection) => void;
}

/** A client, its own connection to the target, and the faults between them. */
export class ProxyConnection implements FaultActor {
  readonly #options: ProxyConnectionOptions;
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #flows: Readonly<Record<FaultDirection, ProxyFlow>>;
  readonly #scheduler: FaultScheduler;
  #open = 2;

  constructor(options: ProxyConnectionOptions) {
    this.#options = options;
    const { client, target, clock } = options;
    this.#client = client;
    this.#target = connect({ ...target, allowHalfOpen: true, noDelay: true });
    this.#scheduler = new FaultScheduler(clock, this);
    this.#flows = { up: this.#flow("up"), down: this.#flow("down") };
    let reached = false;
    this.#target.once("connect", () => {
      reached = true;
    });
    this.#target.on("error", (error) => {
      if (reached) return;
      options.counters.failed++;
      this.#log(undefined, `target cannot be reached: ${(error as NodeJS.ErrnoException).code ?? error.message}`);
    });
    client.on("error", () => {}); // `close` follows
    client.on("close", (broken: boolean) => this.#closed(this.#target, this.#flows.up, broken));
    this.#target.on("close", (broken: boolean) => this.#closed(client, this.#flows.down, broken));
  }

  /** Times and bytes of the phase count from now. */
  add(phase: FaultPhase): FaultHandle {
    return this.#scheduler.add(phase);
  }

  /** At once, without a schedule. */
  happen(phase: FaultPhase): void {
    for (const direction of directionsOf(phase)) this.begin(phase, direction);
  }

  /** For the scheduler. */
  begin(phase: FaultPhase, direction: FaultDirection | undefined): void {
    this.#log(direction, formatFaultPhase(phase));
    if (phase.type === "reset") this.#reset();
    else if (direction) this.#flows[direction].begin(phase);
  }

  /** For the scheduler. */
  end(phase: FaultPhase, direction: FaultDirection | undefined): void {
    if (direction) this.#flows[direction].end(phase);
  }

  /** The proxy closes: without ceremony. */
  destroy(): void {
    this.#client.destroy();
    this.#target.destroy();
  }

  #flow(direction: FaultDirection): ProxyFlow {
    const { seed, number, clock, flows, maxQueuedBytes, counters } = this.#options;
    const [source, sink] = direction === "up" ? [this.#client, this.#target] : [this.#target, this.#client];
    return new ProxyFlow({
      direction,
      source,
      sink,
      clock,
      random: seededRandom(subSeed(seed, number, direction === "up" ? 0 : 1)),
      counters: flows[direction],
      maxQueuedBytes,
      log: (at, what) => this.#log(at, what),
      bytesToNext: () => this.#scheduler.bytesToNext(direction),
      passed: (bytes) => this.#scheduler.pass(direction, bytes),
      onCut: () => {
        counters.truncated++;
        this.#stop();
        sink.destroySoon(); // what it has been given still goes, then the end
        source.destroy();
      },
    });
  }

  #reset(): void {
    this.#options.counters.reset++;
    this.#stop();
    this.#client.resetAndDestroy();
    this.#target.resetAndDestroy();
  }

  #closed(other: Socket, flow: ProxyFlow, broken: boolean): void {
    this.#open--;
    // A black hole lets no reset through either: the other side has to find out by itself.
    if (broken && !flow.blackHole && !other.destroyed) other.resetAndDestroy();
    if (this.#open > 0) return;
    this.#stop();
    this.#options.onClosed(this);
  }

  #stop(): void {
    this.#scheduler.stop();
    this.#flows.up.stop();
    this.#flows.down.stop();
  }

  #log(direction: FaultDirection | undefined, what: string): void {
    this.#options.log.add(this.#options.number, direction, what);
  }
}
