import type { Transport } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";

/** How a silent connection is told from a dead one: by `ping`. */
export interface KeepAliveOptions {
  /** How often the peer is asked. A peer that freezes is found out after two to three times that. Default 4 s. */
  readonly intervalMs?: number;
  /** How long `check` waits for a sign of life. Default 2.5 s. */
  readonly checkMs?: number;
}

export interface KeepAliveHost {
  readonly clock: Clock;
  readonly transport: Transport;
  /** Asks the peer. May reject. */
  readonly ping: (timeoutMs: number) => Promise<unknown>;
  readonly lost: () => void;
}

/** Times in a row that nothing came back. */
const maxMisses = 2;

/**
 * Tells a peer that is silent from one that is dead: asks it, at the beat of the transport, and counts how often in a row nothing at all
 * was received in answer. Questions are counted, not time: after a pause of this page the peer gets its chance before it is called dead.
 * A beat that comes far too late is such a pause (the machine slept, the page was frozen): then it is asked at once.
 */
export class KeepAlive {
  readonly #host: KeepAliveHost;
  readonly #intervalMs: number;
  readonly #checkMs: number;
  #beatAt: number;
  #received = -1;
  #misses = 0;
  #checking = false;

  /** Runs until the transport closes. */
  constructor(host: KeepAliveHost, { intervalMs = 4000, checkMs = 2500 }: KeepAliveOptions) {
    this.#host = host;
    this.#intervalMs = intervalMs;
    this.#checkMs = checkMs;
    this.#beatAt = host.clock.now();
    host.transport.watch(intervalMs, (received) => this.#beat(received));
    this.#ask(intervalMs);
  }

  /** There is reason to doubt the connection: the peer must show that it lives, soon. */
  async check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    const { transport, ping, lost } = this.#host;
    const before = await transport.stats();
    const answered = await ping(this.#checkMs).then(
      () => true,
      () => false,
    );
    const after = answered ? undefined : await transport.stats();
    this.#checking = false;
    if (after && after.receivedTexts === before.receivedTexts && after.receivedFrames === before.receivedFrames) {
      lost();
    }
  }

  #beat(received: number): void {
    const now = this.#host.clock.now();
    const sinceMs = now - this.#beatAt;
    if (sinceMs >= 0 && sinceMs < this.#intervalMs / 2) return; // beats that waited while this thread was busy
    this.#beatAt = now;
    this.#misses = received === this.#received ? this.#misses + 1 : 0;
    this.#received = received;
    if (this.#misses >= maxMisses) this.#host.lost();
    else if (sinceMs < 0 || sinceMs > 3 * this.#intervalMs) void this.check();
    else this.#ask(this.#intervalMs);
  }

  #ask(timeoutMs: number): void {
    this.#host.ping(timeoutMs).catch(() => undefined); // the count says it
  }
}
