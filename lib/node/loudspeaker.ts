import type { Clock } from "../session/index.ts";
import type { CallFormat } from "./call-format.ts";

/** What a loudspeaker without a buffer would have played: sound one after the other at the speed of the clock. Counts bytes, keeps none. */
export class Loudspeaker {
  readonly #clock: Clock;
  readonly #format: CallFormat;
  #emptyAt = Number.NEGATIVE_INFINITY;
  #receivedBytes = 0;
  #clearedBytes = 0;

  constructor(format: CallFormat, clock: Clock) {
    this.#format = format;
    this.#clock = clock;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Of what was received, those that wait to be played. */
  get queuedBytes(): number {
    const queuedMs = Math.max(0, this.#emptyAt - this.#clock.now());
    const bytes = Math.round((queuedMs * this.#format.bytesPerSecond) / 1000);
    return bytes - (bytes % this.#format.unitBytes);
  }

  get playedBytes(): number {
    return this.#receivedBytes - this.#clearedBytes - this.queuedBytes;
  }

  play(bytes: number): void {
    this.#receivedBytes += bytes;
    this.#emptyAt = Math.max(this.#clock.now(), this.#emptyAt) + (bytes * 1000) / this.#format.bytesPerSecond;
  }

  /** Forgets what waits. Returns how many bytes that were. */
  clear(): number {
    const cleared = this.queuedBytes;
    this.#clearedBytes += cleared;
    this.#emptyAt = Number.NEGATIVE_INFINITY;
    return cleared;
  }
}
