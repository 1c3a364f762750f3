import type { Params } from "../protocol/index.ts";
import { type Clock, SessionFaultEvent, type SessionTap, systemClock } from "../session/index.ts";
import { type Connect, TransportError } from "../transport/index.ts";
import { TestPeerError } from "./event-log.ts";
import type { FaultPhase } from "./fault-script.ts";
import { createFaultyTransportPair, type FaultyPair } from "./faulty-pair.ts";
import { PeerCall } from "./peer-call.ts";
import { subSeed } from "./random.ts";

/** Of `createTestPeer`: how it answers, and what the network does. */
export interface TestPeerOptions {
  /** Identifiers of codecs by preference, such as `PCMU/8000/1`. Without it the caller's order counts. */
  readonly codecs?: readonly string[];
  /** What the network does to every call. */
  readonly faults?: string | readonly FaultPhase[];
  readonly seed?: number;
  /** Runs for every call that became active. What it throws becomes a fault of the session. */
  readonly onCall?: (call: PeerCall) => unknown;
  /** Looks at every call before it is accepted; throws `ProtocolError` to refuse it. */
  readonly onInitialize?: (params: Params<"session.initialize">) => void | Promise<void>;
  readonly tap?: SessionTap;
  readonly clock?: Clock;
}

/**
 * The answering side of calls, in this thread and without a network: `new Call({ connect: peer.connect })`. In pages and in Node. Throws
 * `FaultScriptError` where the script cannot be read.
 */
export function createTestPeer(options: TestPeerOptions = {}): TestPeer {
  return new TestPeer(options);
}

/** The answering side of calls in a test; `createTestPeer` makes one. */
export class TestPeer {
  readonly #options: TestPeerOptions;
  readonly #clock: Clock;
  readonly #calls: PeerCall[] = [];
  #active: PeerCall[] = [];
  #waiting: ((call: PeerCall | undefined) => void)[] = [];
  #refusals: { readonly error: Error; left: number }[] = [];
  #connects = 0;
  #closed = false;

  constructor(options: TestPeerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#openPair().link.sever(); // says now what it cannot do
  }

  /** For `new Call({ connect })`. */
  readonly connect: Connect = async (signal) => {
    if (signal.aborted) throw new TransportError("transport-aborted", "Connecting was given up.", false);
    this.#connects++;
    if (this.#closed) throw unreachable();
    const refusal = this.#refusals.find(({ left }) => left > 0);
    if (refusal) {
      refusal.left--;
      throw refusal.error;
    }
    const { onInitialize, codecs, tap } = this.#options;
    const { near, far, link } = this.#openPair();
    const call = new PeerCall({
      transport: far,
      link,
      clock: this.#clock,
      codecs,
      tap,
      onInitialize,
      onActive: (active) => this.#answer(active),
    });
    this.#calls.push(call);
    void call.session.start();
    return near;
  };

  /** Every call that was connected, active or not, over or not. */
  get calls(): readonly PeerCall[] {
    return [...this.#calls];
  }

  /** How often it was dialled. */
  get connects(): number {
    return this.#connects;
  }

  /** The next call that becomes active, or became so and was not asked for yet. Rejects with `TestPeerError` once the peer is closed. */
  next(): Promise<PeerCall> {
    const call = this.#active.shift();
    if (call) return Promise.resolve(call);
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.#waiting.push((active) => (active ? resolve(active) : reject(closedError())));
    });
  }

  /** Lets the next attempts to connect fail. A `Call` tries again for a while where the error is not `fatal`. */
  refuse(error: Error = unreachable(), times = 1): void {
    this.#refusals = this.#refusals.filter(({ left }) => left > 0);
    this.#refusals.push({ error, left: times });
  }

  /** Ends every call and takes no more. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const settle of this.#waiting.splice(0)) settle(undefined);
    await Promise.all(this.#calls.map((call) => call.session.close("peer closed")));
  }

  #openPair(): FaultyPair {
    const { faults = [], seed = 1 } = this.#options;
    return createFaultyTransportPair({ script: faults, seed: subSeed(seed, this.#connects), clock: this.#clock });
  }

  #answer(call: PeerCall): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(call);
    else this.#active.push(call);
    const { onCall } = this.#options;
    if (!onCall) return;
    const run = async (): Promise<void> => void (await onCall(call));
    run().catch((error: unknown) => call.session.dispatchEvent(new SessionFaultEvent(error, "onCall")));
  }
}

const unreachable = (): TransportError =>
  new TransportError("transport-unreachable", "The test peer takes no calls.", false);

const closedError = (): TestPeerError => new TestPeerError("peer-closed", "The test peer was closed.");
