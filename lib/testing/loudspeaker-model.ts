import type { FlushResult } from "../core/index.ts";
import type { Clock } from "../session/index.ts";
import { joinBytes } from "./join-bytes.ts";

/** A loudspeaker that plays what arrives one after the other, at the speed of a clock, and remembers it. Positions are bytes of the stream. */
export class LoudspeakerModel {
  readonly #clock: Clock;
  readonly #bytesPerSecond: number;
  /** Played, or still to be: not what was flushed. */
  readonly #pieces: Uint8Array[] = [];
  #received = 0;
  /** Everything before it was played or flushed. */
  #position = 0;
  #flushedTo = 0;
  #heardBytes = 0;
  #at: number;

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
    this.#at = clock.now();
  }

  /** Takes the bytes over. */
  receive(bytes: Uint8Array): void {
    this.#play();
    const late = Math.min(bytes.length, Math.max(0, this.#flushedTo - this.#received));
    this.#received += bytes.length;
    this.#position += late;
    if (late < bytes.length) this.#pieces.push(bytes.subarray(late));
  }

  /** Takes back what comes before `positionBytes` and was not played, whether it has arrived or not. */
  flush(positionBytes: number): FlushResult {
    this.#play();
    const heardMs = (this.#heardBytes * 1000) / this.#bytesPerSecond;
    const from = Math.max(this.#position, this.#flushedTo);
    const arrived = Math.min(positionBytes, this.#received);
    this.#cutOut(this.#received - arrived, Math.max(0, arrived - this.#position));
    this.#position = Math.max(this.#position, arrived);
    this.#flushedTo = Math.max(this.#flushedTo, positionBytes);
    this.#heardBytes = 0;
    return { removedBytes: Math.max(0, positionBytes - from), heardMs };
  }

  /** What was played, and what will be. */
  get sound(): Uint8Array {
    return joinBytes(this.#pieces);
  }

  #play(): void {
    const now = this.#clock.now();
    const possible = Math.floor(((now - this.#at) * this.#bytesPerSecond) / 1000);
    const bytes = Math.min(possible, this.#received - this.#position);
    this.#position += bytes;
    this.#heardBytes += bytes;
    this.#at = now;
  }

  /** Removes `count` bytes that end `fromEnd` bytes before the end. */
  #cutOut(fromEnd: number, count: number): void {
    if (count <= 0) return;
    const { sound } = this;
    const end = sound.length - fromEnd;
    this.#pieces.splice(0, this.#pieces.length, sound.slice(0, end - count), sound.slice(end));
  }
}
