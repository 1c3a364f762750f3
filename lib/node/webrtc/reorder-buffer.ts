/** What is needed of an RTP packet to put it in its place. */
export interface Sequenced {
  /** 16 bits, wraps. */
  readonly sequence: number;
  readonly ssrc: number;
}

/** A packet in its turn, and how many before it never came. */
export interface Ordered<P> {
  readonly packet: P;
  readonly lost: number;
}

export interface ReorderCounters {
  lost: number;
  /** Came after their turn, or twice. */
  late: number;
}

/** Packets that wait for one that is missing: 60 ms of 20 ms packets, as long as a network usually swaps them. */
const maxHeld = 3;
/** A jump of more than this is a new beginning (RFC 3550 A.1). */
const maxDropout = 3000;

/** Packets of one stream in the order they were sent. Knows no clock: a gap is given up when enough came behind it. */
export class ReorderBuffer<P extends Sequenced> {
  readonly counters: ReorderCounters = { lost: 0, late: 0 };
  #next: number | undefined;
  #ssrc = 0;
  readonly #held = new Map<number, P>();

  /** Returns what is in turn now. */
  push(packet: P): Ordered<P>[] {
    const { sequence, ssrc } = packet;
    if (this.#next === undefined || ssrc !== this.#ssrc || Math.abs(ahead(sequence, this.#next)) > maxDropout) {
      this.#held.clear();
      this.#next = sequence;
      this.#ssrc = ssrc;
    }
    if (ahead(sequence, this.#next) < 0 || this.#held.has(sequence)) {
      this.counters.late++;
      return [];
    }
    this.#held.set(sequence, packet);
    const ready = this.#run(0);
    return this.#held.size < maxHeld ? ready : [...ready, ...this.#skip()];
  }

  /** What follows without a gap. */
  #run(lost: number): Ordered<P>[] {
    const ready: Ordered<P>[] = [];
    for (let packet = this.#take(); packet; packet = this.#take()) {
      ready.push({ packet, lost: ready.length === 0 ? lost : 0 });
    }
    return ready;
  }

  /** Gives up what is missing before the first packet that is held. */
  #skip(): Ordered<P>[] {
    const next = this.#next!;
    const gap = Math.min(...[...this.#held.keys()].map((sequence) => ahead(sequence, next)));
    this.#next = (next + gap) & 0xffff;
    this.counters.lost += gap;
    return this.#run(gap);
  }

  #take(): P | undefined {
    const packet = this.#held.get(this.#next!);
    if (!packet) return undefined;
    this.#held.delete(this.#next!);
    this.#next = (this.#next! + 1) & 0xffff;
    return packet;
  }
}

/** How many steps `sequence` is ahead of `other`, −32768…32767. */
const ahead = (sequence: number, other: number): number => ((sequence - other) << 16) >> 16;
