import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type Clock, systemClock } from "../../session/index.ts";
import { type FaultAction, FaultLog } from "../fault-log.ts";
import { type FaultHandle, FaultScheduler } from "../fault-scheduler.ts";
import { type FaultPhase, FaultScriptError, formatFaultPhase, isMomentary, parseFaultScript } from "../fault-script.ts";
import { type ConnectionCounters, ProxyConnection } from "./proxy-connection.ts";
import { emptyCounters, type FlowCounters } from "./proxy-flow.ts";

/** Of `startFaultProxy`. */
export interface FaultProxyOptions {
  /** `host:port`, or an address with both: `ws://127.0.0.1:8080`. */
  readonly target: string;
  /** Where to listen. Default 127.0.0.1, and a free port. */
  readonly host?: string;
  readonly port?: number;
  /** What goes wrong on every connection; times count from its opening (those of `refuse` from the start of the proxy). */
  readonly script?: string | readonly FaultPhase[];
  /** The same seed does the same to the same bytes in the same pieces. Default 1. */
  readonly seed?: number;
  /** Held for each direction of a connection before its sender is held back. Default 4 MiB. */
  readonly maxQueuedBytes?: number;
  readonly clock?: Clock;
  /** Hears of everything that is done to a connection. */
  readonly onAction?: (action: FaultAction) => void;
}

/** What a fault proxy carried since it began. `up`: towards the target. */
export interface FaultProxyStats extends Readonly<ConnectionCounters> {
  readonly open: number;
  readonly up: Readonly<FlowCounters>;
  readonly down: Readonly<FlowCounters>;
  /** What was done, oldest first; the newest 1000. */
  readonly actions: readonly FaultAction[];
}

/** Starts a TCP proxy (WebSocket, HTTP, TLS: whatever is inside) that makes connections go wrong. Rejects with `FaultScriptError` or as `listen` fails. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new FaultProxy(options);
  await proxy.listening();
  return proxy;
}

/** A TCP proxy that makes connections go wrong; `startFaultProxy` makes one. */
export class FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #clock: Clock;
  readonly #log: FaultLog;
  readonly #phases: Set<FaultPhase>;
  readonly #connections = new Map<ProxyConnection, Map<FaultPhase, FaultHandle>>();
  readonly #counters: ConnectionCounters = { accepted: 0, failed: 0, reset: 0, truncated: 0 };
  readonly #flows = { up: emptyCounters(), down: emptyCounters() };
  /** Who waits for a connection to be gone. */
  readonly #onClosed = new WeakMap<ProxyConnection, () => void>();
  readonly #doors: FaultScheduler;
  #server: Server | undefined;
  #port: number;
  #refusing = 0;
  #opening: Promise<void>;
  #closing: Promise<void> | undefined;

  /** For `startFaultProxy`. */
  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#target = targetOf(options.target);
    this.#clock = options.clock ?? systemClock;
    this.#port = options.port ?? 0;
    const phases = supported(parseFaultScript(options.script));
    this.#log = new FaultLog(() => this.#clock.now(), options.onAction);
    this.#phases = new Set(phases.filter(({ type }) => type !== "refuse"));
    this.#opening = this.#listen();
    this.#doors = new FaultScheduler(this.#clock, {
      begin: (phase) => this.#refuse(phase),
      end: () => this.#admit(),
    });
    // The port is known before it is given up.
    this.#opening = this.#opening.then(() => {
      for (const phase of phases) if (phase.type === "refuse") this.#doors.add(phase);
    });
  }

  get port(): number {
    return this.#port;
  }

  get host(): string {
    return this.#options.host ?? "127.0.0.1";
  }

  /** Resolves when it listens (again), or refuses. */
  async listening(): Promise<void> {
    for (let opening: Promise<void> | undefined; opening !== this.#opening; ) {
      opening = this.#opening;
      await opening;
    }
  }

  /**
   * Adds phases; their times and bytes count from now. What happens at once happens to the connections there are; everything else to those that are
   * still to come as well, until it is ended. Throws `FaultScriptError`.
   */
  apply(script: string | readonly FaultPhase[]): FaultHandle {
    const added = supported(parseFaultScript(script)).map((phase) => this.#add({ ...phase }));
    return {
      end: () => {
        for (const { end } of added) end();
      },
    };
  }

  /** Takes every phase away, those of the script as well. What has happened has happened. */
  clear(): void {
    this.#doors.stop();
    this.#phases.clear();
    for (const handles of this.#connections.values()) {
      for (const handle of handles.values()) handle.end();
      handles.clear();
    }
  }

  get stats(): FaultProxyStats {
    const { up, down } = this.#flows;
    return {
      ...this.#counters,
      open: this.#connections.size,
      up: { ...up },
      down: { ...down },
      actions: this.#log.actions,
    };
  }

  /** Drops every connection and stops listening. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#opening.catch(() => {});
    this.clear();
    this.#shut();
    const closing = [...this.#connections.keys()].map((connection) => this.#whenClosed(connection));
    await Promise.all(closing);
  }

  #add(phase: FaultPhase): FaultHandle {
    if (phase.type === "refuse") return this.#doors.add(phase);
    if (isMomentary(phase)) {
      for (const connection of this.#connections.keys()) connection.happen(phase);
      return { end: () => {} };
    }
    this.#phases.add(phase);
    for (const [connection, handles] of this.#connections) handles.set(phase, connection.add(phase));
    return {
      end: () => {
        this.#phases.delete(phase);
        for (const handles of this.#connections.values()) handles.get(phase)?.end();
      },
    };
  }

  #accept(client: Socket): void {
    const { seed = 1, maxQueuedBytes = 1 << 22 } = this.#options;
    const connection = new ProxyConnection({
      number: ++this.#counters.accepted,
      client,
      target: this.#target,
      seed,
      clock: this.#clock,
      log: this.#log,
      counters: this.#counters,
      flows: this.#flows,
      maxQueuedBytes,
      onClosed: (closed) => {
        this.#connections.delete(closed);
        this.#onClosed.get(closed)?.();
      },
    });
    const handles = new Map<FaultPhase, FaultHandle>();
    this.#connections.set(connection, handles);
    for (const phase of this.#phases) handles.set(phase, connection.add(phase));
  }

  #whenClosed(connection: ProxyConnection): Promise<void> {
    return new Promise((resolve) => {
      this.#onClosed.set(connection, resolve);
      connection.destroy();
    });
  }

  #refuse(phase: FaultPhase): void {
    this.#log.add(0, undefined, formatFaultPhase(phase));
    this.#refusing++;
    this.#shut();
  }

  #admit(): void {
    this.#refusing--;
    if (this.#refusing > 0 || this.#closing) return;
    this.#opening = this.#listen();
    this.#opening.catch((error: Error) => this.#log.add(0, undefined, `cannot listen again: ${error.message}`));
  }

  #listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, this.host, () => {
        this.#port = (server.address() as AddressInfo | null)?.port ?? this.#port;
        resolve();
      });
    });
  }

  #shut(): void {
    this.#server?.close();
    this.#server = undefined;
  }
}

function targetOf(target: string): { host: string; port: number } {
  const pattern = /^(?:[a-z]+:\/\/)?(?:[^@/]*@)?\[?([^[\]/]+?)\]?:(\d+)(?:[/?].*)?$/i;
  const [, host = "", port = ""] = pattern.exec(target) ?? [];
  if (host !== "" && Number(port) > 0 && Number(port) < 65_536) return { host, port: Number(port) };
  throw new FaultScriptError(
    "fault-script",
    `"${target}" is not a target.`,
    "Give host and port, such as 127.0.0.1:8080.",
  );
}

function supported(phases: readonly FaultPhase[]): readonly FaultPhase[] {
  const phase = phases.find(({ type }) => type === "drop");
  if (!phase) return phases;
  const message = `"${formatFaultPhase(phase)}": a TCP stream loses nothing.`;
  const action = "Lost packets are stalls there; or let createFaultyTransportPair lose frames.";
  throw new FaultScriptError("fault-unsupported", message, action);
}
