import { type Clock, systemClock } from "../session/index.ts";
import type { MemoryPairOptions, TransportClose } from "../transport/index.ts";
import { limitsFrom } from "../transport/limits.ts";
import { MemoryTransport } from "../transport/memory.ts";
import { FaultLine } from "./fault-line.ts";
import { type FaultAction, FaultLog } from "./fault-log.ts";
import { type FaultActor, type FaultHandle, FaultScheduler } from "./fault-scheduler.ts";
import {
  type FaultDirection,
  type FaultPhase,
  FaultScriptError,
  type FaultType,
  formatFaultPhase,
  parseFaultScript,
} from "./fault-script.ts";
import { seededRandom, subSeed } from "./random.ts";

/** Of `createFaultyTransportPair`. The same `script` and `seed` do the same. */
export interface FaultyPairOptions extends MemoryPairOptions {
  readonly script?: string | readonly FaultPhase[];
  readonly seed?: number;
  readonly clock?: Clock;
}

/** Two ends of a connection in memory, and what goes wrong between them. */
export interface FaultyPair {
  /** For the side that dials. */
  readonly near: MemoryTransport;
  readonly far: MemoryTransport;
  readonly link: FaultyLink;
}

/** Like `createMemoryTransportPair`, with a network in between that does what the script says. Throws `FaultScriptError`. */
export function createFaultyTransportPair(options: FaultyPairOptions = {}): FaultyPair {
  const [near, nearExit] = end(options);
  const [far, farExit] = end(options);
  return { near, far, link: new FaultyLink(nearExit, farExit, options) };
}

/** One end, and its other side in the network, which takes whatever is sent: limits are for who receives. */
function end(options: FaultyPairOptions): [MemoryTransport, MemoryTransport] {
  const { profile = "rtvbp.v1", clock = systemClock } = options;
  const now = options.now ?? (() => clock.now());
  const all = Number.POSITIVE_INFINITY;
  const outer = new MemoryTransport(profile, limitsFrom(options), now);
  const inner = new MemoryTransport(profile, limitsFrom({ maxTextBytes: all, maxFrameBytes: all, heldBytes: all }));
  outer.join(inner);
  inner.join(outer);
  return [outer, inner];
}

type Item =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "frame"; readonly frame: Uint8Array }
  | { readonly type: "close"; readonly close: TransportClose };

/** What passed in one direction. */
export interface FaultyLinkFlow {
  texts: number;
  frames: number;
  /** Of texts, their characters. */
  bytes: number;
  droppedFrames: number;
  /** Swallowed by a black hole. */
  discardedBytes: number;
}

const unsupported: readonly FaultType[] = ["corrupt", "truncate", "half-close", "refuse"];

/** The network between the two halves of a faulty pair. */
export class FaultyLink implements FaultActor {
  readonly #ends: Readonly<Record<FaultDirection, { readonly from: MemoryTransport; readonly to: MemoryTransport }>>;
  readonly #lines: Readonly<Record<FaultDirection, FaultLine<Item>>>;
  readonly #losses: Readonly<Record<FaultDirection, () => number>>;
  readonly #flows = { up: emptyFlow(), down: emptyFlow() };
  readonly #scheduler: FaultScheduler;
  readonly #log: FaultLog;
  readonly #drops = { up: new Set<FaultPhase>(), down: new Set<FaultPhase>() };
  readonly #blackHoles = { up: false, down: false };

  /** For `createFaultyTransportPair`. Owns both transports. */
  constructor(near: MemoryTransport, far: MemoryTransport, options: FaultyPairOptions) {
    const { clock = systemClock, seed = 1, script } = options;
    const phases = supported(parseFaultScript(script));
    this.#ends = { up: { from: near, to: far }, down: { from: far, to: near } };
    this.#log = new FaultLog(() => clock.now());
    const line = (direction: FaultDirection): FaultLine<Item> =>
      new FaultLine({
        clock,
        random: seededRandom(subSeed(seed, direction === "up" ? 0 : 1)),
        deliver: (item) => this.#deliver(direction, item),
        onBurst: (items, bytes) => this.#log.add(1, direction, `burst of ${items}, ${bytes} bytes`),
      });
    this.#lines = { up: line("up"), down: line("down") };
    this.#losses = { up: seededRandom(subSeed(seed, 2)), down: seededRandom(subSeed(seed, 3)) };
    this.#scheduler = new FaultScheduler(clock, this);
    for (const direction of ["up", "down"] as const) this.#hear(direction);
    for (const phase of phases) this.#scheduler.add(phase);
  }

  /** Adds phases; their times count from now. Throws `FaultScriptError`. */
  apply(script: string | readonly FaultPhase[]): FaultHandle {
    const handles = supported(parseFaultScript(script)).map((phase) => this.#scheduler.add(phase));
    return {
      end: () => {
        for (const handle of handles) handle.end();
      },
    };
  }

  /** As if the connection died. */
  sever(): void {
    this.#end();
    for (const { from } of Object.values(this.#ends)) from.sever("reset");
  }

  get flows(): { readonly up: Readonly<FaultyLinkFlow>; readonly down: Readonly<FaultyLinkFlow> } {
    return { up: { ...this.#flows.up }, down: { ...this.#flows.down } };
  }

  get actions(): readonly FaultAction[] {
    return this.#log.actions;
  }

  /** For the scheduler. */
  begin(phase: FaultPhase, direction: FaultDirection | undefined): void {
    this.#log.add(1, direction, formatFaultPhase(phase));
    if (phase.type === "reset") this.sever();
    if (!direction) return;
    if (phase.type === "drop") this.#drops[direction].add(phase);
    else if (phase.type === "black-hole") {
      this.#blackHoles[direction] = true;
      this.#lines[direction].clear();
    } else if (phase.type === "stall") this.#lines[direction].stall(phase.ms);
    else this.#lines[direction].begin(phase);
  }

  /** For the scheduler. */
  end(phase: FaultPhase, direction: FaultDirection | undefined): void {
    if (!direction) return;
    this.#drops[direction].delete(phase);
    this.#lines[direction].end(phase);
  }

  #hear(direction: FaultDirection): void {
    const { from } = this.#ends[direction];
    from.openMedia();
    from.listen({
      text: ({ text }) => this.#pass(direction, { type: "text", text }, text.length),
      frame: (frame) => this.#pass(direction, { type: "frame", frame }, frame.byteLength),
      close: (close) => {
        if (close.by === "lost") this.sever();
        else if (this.#blackHoles[direction]) this.#end();
        else if (close.by === "remote") this.#pass(direction, { type: "close", close }, 0);
      },
    });
  }

  #pass(direction: FaultDirection, item: Item, bytes: number): void {
    const flow = this.#flows[direction];
    if (this.#blackHoles[direction]) flow.discardedBytes += bytes;
    else if (item.type === "frame" && this.#isLost(direction)) flow.droppedFrames++;
    else this.#lines[direction].push(item, bytes);
    this.#scheduler.pass(direction, bytes);
  }

  #isLost(direction: FaultDirection): boolean {
    let kept = 1;
    for (const phase of this.#drops[direction]) if (phase.type === "drop") kept *= 1 - phase.share;
    return kept < 1 && this.#losses[direction]() >= kept;
  }

  #deliver(direction: FaultDirection, item: Item): void {
    const { to } = this.#ends[direction];
    const flow = this.#flows[direction];
    if (item.type === "close") {
      void to.close(item.close.code, item.close.reason);
      this.#end();
    } else if (to.closed) {
      return;
    } else if (item.type === "text") {
      flow.texts++;
      flow.bytes += item.text.length;
      to.sendText(item.text);
    } else if (to.sendFrame(item.frame)) {
      flow.frames++;
      flow.bytes += item.frame.byteLength;
    } else {
      flow.droppedFrames++;
    }
  }

  #end(): void {
    this.#scheduler.stop();
    for (const line of Object.values(this.#lines)) line.clear();
  }
}

function supported(phases: readonly FaultPhase[]): readonly FaultPhase[] {
  const phase = phases.find(({ type }) => unsupported.includes(type));
  if (!phase) return phases;
  const message = `"${formatFaultPhase(phase)}" needs a byte stream; in memory there are whole messages.`;
  throw new FaultScriptError("fault-unsupported", message, "Use the fault proxy of voicebridge/testing/node.");
}

const emptyFlow = (): FaultyLinkFlow => ({ texts: 0, frames: 0, bytes: 0, droppedFrames: 0, discardedBytes: 0 });
