import type { Clock } from "../session/index.ts";
import type { FaultPhase } from "./fault-script.ts";

export interface FaultLineOptions<T> {
  readonly clock: Clock;
  readonly random: () => number;
  /** Its time has come. Called in order, several times in one turn after a stall. */
  readonly deliver: (item: T, bytes: number) => void;
  /** What was held by a stall has been delivered. */
  readonly onBurst?: (items: number, bytes: number) => void;
}

interface Waiting<T> {
  readonly item: T;
  readonly bytes: number;
  readonly dueAt: number;
}

/** One direction of a connection as a network would carry it: late, slow, or not at all for a while; never out of order. Loses nothing. */
export class FaultLine<T> {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #deliver: (item: T, bytes: number) => void;
  readonly #onBurst: ((items: number, bytes: number) => void) | undefined;
  readonly #phases = new Set<FaultPhase>();
  #waiting: Waiting<T>[] = [];
  #queuedBytes = 0;
  /** When the last byte put in has left, where the rate is limited. */
  #freeAt = 0;
  #lastDueAt = 0;
  #stalledUntil = 0;
  #stalled = false;
  #cancelTimer: (() => void) | undefined;

  constructor({ clock, random, deliver, onBurst }: FaultLineOptions<T>) {
    this.#clock = clock;
    this.#random = random;
    this.#deliver = deliver;
    this.#onBurst = onBurst;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Bytes a second; undefined without a limit. */
  get bytesPerSecond(): number | undefined {
    const rates = [...this.#phases].flatMap((phase) => (phase.type === "limit" ? [phase.bytesPerSecond] : []));
    return rates.length > 0 ? Math.min(...rates) : undefined;
  }

  /** `delay` or `limit`, from now. Several delays add up; of several limits the lowest counts. What is on its way already is not touched. */
  begin(phase: FaultPhase): void {
    this.#phases.add(phase);
  }

  end(phase: FaultPhase): void {
    this.#phases.delete(phase);
  }

  /** Nothing comes out for this long, or for as long as an earlier stall has left. */
  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#clock.now() + ms);
    this.#stalled = true;
    this.#schedule();
  }

  push(item: T, bytes: number): void {
    const now = this.#clock.now();
    const rate = this.bytesPerSecond;
    this.#freeAt = Math.max(now, this.#freeAt) + (rate === undefined ? 0 : (bytes * 1000) / rate);
    this.#lastDueAt = Math.max(this.#lastDueAt, this.#freeAt + this.#delayMs());
    this.#waiting.push({ item, bytes, dueAt: this.#lastDueAt });
    this.#queuedBytes += bytes;
    if (this.#waiting.length === 1) this.#release();
  }

  /** Forgets what is on its way. */
  clear(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#waiting = [];
    this.#queuedBytes = 0;
  }

  #delayMs(): number {
    let delayMs = 0;
    for (const phase of this.#phases) {
      if (phase.type === "delay") delayMs += phase.ms + (phase.jitterMs ?? 0) * (2 * this.#random() - 1);
    }
    return Math.max(0, delayMs);
  }

  #release(): void {
    const now = this.#clock.now();
    if (now >= this.#stalledUntil) {
      let items = 0;
      let bytes = 0;
      for (let head = this.#waiting[0]; head && head.dueAt <= now; head = this.#waiting[0]) {
        this.#waiting.shift();
        this.#queuedBytes -= head.bytes;
        items++;
        bytes += head.bytes;
        this.#deliver(head.item, head.bytes);
        if (this.#clock.now() < this.#stalledUntil) break; // what was delivered has begun a stall
      }
      if (this.#stalled && now >= this.#stalledUntil) {
        this.#stalled = false;
        this.#onBurst?.(items, bytes);
      }
    }
    this.#schedule();
  }

  #schedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const head = this.#waiting[0];
    if (!head && !this.#stalled) return;
    const at = Math.max(this.#stalledUntil, head?.dueAt ?? 0);
    this.#cancelTimer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#release());
  }
}
