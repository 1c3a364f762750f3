import type { Socket } from "node:net";
import type { Clock } from "../../session/index.ts";
import { FaultLine } from "../fault-line.ts";
import type { FaultDirection, FaultPhase } from "../fault-script.ts";
import { WebSocketFrames } from "./websocket-frames.ts";

/** What went through one direction, of all connections. */
export interface FlowCounters {
  bytesIn: number;
  bytesOut: number;
  /** Swallowed: by a black hole, or behind the end of a stream that was cut or closed. */
  discardedBytes: number;
  corruptedBytes: number;
  stalls: number;
  /** The most that was held in one connection. */
  maxQueuedBytes: number;
}

export const emptyCounters = (): FlowCounters => ({
  bytesIn: 0,
  bytesOut: 0,
  discardedBytes: 0,
  corruptedBytes: 0,
  stalls: 0,
  maxQueuedBytes: 0,
});

export interface ProxyFlowOptions {
  readonly direction: FaultDirection;
  readonly source: Socket;
  readonly sink: Socket;
  readonly clock: Clock;
  readonly random: () => number;
  readonly counters: FlowCounters;
  readonly maxQueuedBytes: number;
  readonly log: (direction: FaultDirection, what: string) => void;
  /** How many bytes may pass before a phase wants to begin, and that they have. */
  readonly bytesToNext: () => number;
  readonly passed: (bytes: number) => void;
  /** The stream was cut: the connection is over. */
  readonly onCut: () => void;
}

type Item = Buffer | "end" | "cut";

/** With a limit, bytes go in pieces that take this long. */
const pieceMs = 20;

/** One direction of one connection. */
export class ProxyFlow {
  readonly #options: ProxyFlowOptions;
  readonly #line: FaultLine<Item>;
  readonly #frames = new WebSocketFrames();
  #blackHole = false;
  /** Nothing more goes in: it was ended or cut. */
  #over = false;
  #truncating = false;
  #corrupting = 0;
  #passedBytes = 0;

  constructor(options: ProxyFlowOptions) {
    this.#options = options;
    const { source, sink, clock, random, direction } = options;
    this.#line = new FaultLine({
      clock,
      random,
      deliver: (item) => this.#deliver(item),
      onBurst: (items, bytes) => options.log(direction, `burst of ${items} pieces, ${bytes} bytes`),
    });
    source.on("data", (chunk: Buffer) => this.#take(chunk));
    source.on("end", () => {
      if (!this.#over && !this.#blackHole) this.#line.push("end", 0);
      this.#over = true;
    });
    sink.on("drain", () => this.#regulate());
  }

  get blackHole(): boolean {
    return this.#blackHole;
  }

  begin(phase: FaultPhase): void {
    const { log, direction, counters } = this.#options;
    switch (phase.type) {
      case "stall":
        counters.stalls++;
        this.#line.stall(phase.ms);
        break;
      case "corrupt":
        this.#corrupting += phase.count;
        break;
      case "truncate":
        if (phase.afterBytes === undefined) this.#truncating = true;
        else this.#cut();
        break;
      case "half-close":
        if (!this.#over) this.#line.push("end", 0);
        this.#over = true;
        log(direction, "half-closed");
        break;
      case "black-hole":
        this.#blackHole = true;
        counters.discardedBytes += this.#line.queuedBytes;
        this.#line.clear();
        this.#options.source.resume();
        break;
      default:
        this.#line.begin(phase);
    }
  }

  end(phase: FaultPhase): void {
    this.#line.end(phase);
  }

  /** The connection is over. */
  stop(): void {
    this.#over = true;
    this.#line.clear();
  }

  #take(chunk: Buffer): void {
    const { counters, bytesToNext, passed } = this.#options;
    counters.bytesIn += chunk.length;
    for (let rest = chunk; rest.length > 0; ) {
      const piece = rest.subarray(0, Math.min(rest.length, bytesToNext()));
      rest = rest.subarray(piece.length);
      if (this.#over || this.#blackHole) counters.discardedBytes += piece.length;
      else this.#carry(piece);
      this.#passedBytes += piece.length;
      passed(piece.length);
    }
    this.#regulate();
  }

  #carry(piece: Buffer): void {
    const cutAt = this.#cutWithin(piece);
    if (cutAt !== undefined) {
      this.#passedBytes += cutAt;
      this.#push(piece.subarray(0, cutAt));
      this.#cut();
      this.#passedBytes -= cutAt;
      this.#options.counters.discardedBytes += piece.length - cutAt;
      return;
    }
    this.#push(this.#corrupting > 0 ? this.#corrupted(piece) : piece);
  }

  #push(piece: Buffer): void {
    const rate = this.#line.bytesPerSecond;
    const size = rate === undefined ? piece.length : Math.max(1, Math.floor((rate * pieceMs) / 1000));
    for (let at = 0; at < piece.length; at += size) {
      const part = piece.subarray(at, at + size);
      this.#line.push(part, part.length);
    }
  }

  /** Where to end it, when that is wanted: inside of a frame, or anywhere inside of what has no frames. */
  #cutWithin(piece: Buffer): number | undefined {
    const stretches = this.#frames.push(piece);
    if (!this.#truncating) return undefined;
    const inside = this.#frames.following
      ? stretches.map(({ from, to, goesOn }) => ({ first: from + 1, last: goesOn ? to : to - 1 }))
      : [{ first: 1, last: piece.length - 1 }];
    const room = inside.find(({ first, last }) => last >= first);
    return room && room.first + Math.floor(this.#options.random() * (room.last - room.first + 1));
  }

  #cut(): void {
    if (this.#over) return;
    this.#over = true;
    this.#line.push("cut", 0);
    this.#options.log(this.#options.direction, `truncated after ${this.#passedBytes} bytes`);
  }

  #corrupted(piece: Buffer): Buffer {
    const { random, counters, log, direction } = this.#options;
    const copy = Buffer.from(piece);
    const positions = new Set<number>();
    for (let left = Math.min(this.#corrupting, piece.length); left > 0; left--) {
      positions.add(Math.floor(random() * piece.length));
    }
    for (const at of positions) copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    const places = [...positions].sort((a, b) => a - b).map((at) => this.#passedBytes + at);
    this.#corrupting = 0;
    counters.corruptedBytes += positions.size;
    log(direction, `corrupted ${positions.size} bytes, at ${places.slice(0, 8).join(", ")}`);
    return copy;
  }

  #deliver(item: Item): void {
    const { sink, counters, onCut } = this.#options;
    if (item === "end") sink.end();
    else if (item === "cut") onCut();
    else if (sink.writable) {
      counters.bytesOut += item.length;
      sink.write(item);
    } else {
      counters.discardedBytes += item.length;
    }
    this.#regulate();
  }

  /** Reads on while there is room: a sender that is too fast is held back by TCP, as it would be. */
  #regulate(): void {
    const { source, sink, counters, maxQueuedBytes } = this.#options;
    const queued = this.#line.queuedBytes + sink.writableLength;
    counters.maxQueuedBytes = Math.max(counters.maxQueuedBytes, queued);
    if (this.#blackHole || queued <= maxQueuedBytes / 2) source.resume();
    else if (queued > maxQueuedBytes) source.pause();
  }
}
