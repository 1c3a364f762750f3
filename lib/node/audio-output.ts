import type { Clock } from "../session/index.ts";
import type { Transport } from "../transport/transport.ts";
import type { CallFormat } from "./call-format.ts";
import { OptionError } from "./check-options.ts";

/** Of `call.speak()`. */
export interface SpeakOptions {
  /**
   * How much faster than it is played it is sent. 1: as it is played; Infinity: as fast as the connection takes it. Over WebRTC nothing waits
   * at the far end: there it is 1 at most.
   */
  readonly speed?: number;
}

/** How much of what was given to `call.speak()` went out. */
export interface SpeakResult {
  readonly sentBytes: number;
  /** False where a clear, or the end of the call, came in between. */
  readonly complete: boolean;
}

interface Utterance {
  readonly bytes: Uint8Array;
  readonly speed: number;
  readonly done: (result: SpeakResult) => void;
  at: number;
}

/** A pause of ours longer than this is not caught up with: the listener heard it, and is not to be kept behind. */
const maxCatchUpMs = 200;
/** Sent in one turn of the event loop at most, so that other calls get theirs. */
const maxTurnBytes = 1 << 16;
const backlogRetryMs = 10;
/** Sound that follows this closely on the end of the sound before continues its utterance. */
const utteranceGapMs = 400;

/** Samples taken for bytes would be noise in the ears of a person. */
function assertBytes(bytes: Uint8Array): void {
  if (bytes instanceof Uint8Array) return;
  throw new OptionError(
    "bytes",
    "Sound is sent as a Uint8Array of encoded bytes: encodeSound() makes them of samples.",
  );
}

/**
 * The agent's sound. Sends encoded bytes in 20 ms frames, paced on an absolute schedule or faster, in order, and knows what was sent and when
 * it will have been played. Nothing that was accepted is lost, except by `discard`.
 */
export class AudioOutput {
  readonly #transport: Transport;
  readonly #format: CallFormat;
  readonly #clock: Clock;
  readonly #onSent: ((bytes: Uint8Array) => void) | undefined;
  readonly #queue: Utterance[] = [];
  #queuedBytes = 0;
  #sentBytes = 0;
  #utteranceBytes = 0;
  #refusedBytes = 0;
  /** When the frame at the head of the queue is due; undefined while nothing is queued. */
  #dueAt: number | undefined;
  #playedOutAt = Number.NEGATIVE_INFINITY;
  #cancelTurn: (() => void) | undefined;
  #idle: (() => void)[] = [];
  #ended = false;

  /** `onSent` sees every frame that went; it must not write to it. */
  constructor(transport: Transport, format: CallFormat, clock: Clock, onSent?: (bytes: Uint8Array) => void) {
    this.#transport = transport;
    this.#format = format;
    this.#clock = clock;
    this.#onSent = onSent;
  }

  /** Handed to the connection since the call began. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Of them, those since the current utterance began: since the sound before it had been played for a while. */
  get utteranceBytes(): number {
    return this.#utteranceBytes;
  }

  /** Waiting here for their time. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Bytes that `send` could not send. */
  get refusedBytes(): number {
    return this.#refusedBytes;
  }

  /** Whether the caller hears something, as far as can be told from what was sent and when. */
  get playing(): boolean {
    return this.#queuedBytes > 0 || this.#playedOutAt > this.#clock.now();
  }

  /** Sends at once what is given, past everything that is queued. False: the call is over, or the connection's backlog is full (then counted). */
  send(bytes: Uint8Array): boolean {
    assertBytes(bytes);
    const { frameBytes } = this.#format;
    const lasting = this.#transport.copiesFrames ? bytes : new Uint8Array(bytes);
    for (let at = 0; at < bytes.byteLength; at += frameBytes) {
      const frame = bytes.byteLength <= frameBytes ? lasting : lasting.subarray(at, at + frameBytes);
      if (!this.#sendFrame(frame)) {
        this.#refusedBytes += bytes.byteLength - at;
        return false;
      }
    }
    return true;
  }

  /** Queues an utterance behind those before it. Resolves when its last frame was sent, or when that will not happen any more. */
  speak(bytes: Uint8Array, { speed = 1 }: SpeakOptions = {}): Promise<SpeakResult> {
    assertBytes(bytes);
    if (!(speed > 0)) throw new RangeError(`speed is a positive number, not ${speed}.`);
    const pace = this.#transport.live ? Math.min(speed, 1) : speed;
    const whole = bytes.byteLength - (bytes.byteLength % this.#format.unitBytes);
    if (this.#ended || whole === 0) return Promise.resolve({ sentBytes: 0, complete: !this.#ended });
    return new Promise((done) => {
      this.#queue.push({ bytes: new Uint8Array(bytes.subarray(0, whole)), speed: pace, done, at: 0 });
      this.#queuedBytes += whole;
      if (this.#dueAt === undefined) {
        this.#dueAt = this.#clock.now();
        this.#turn();
      }
    });
  }

  /** Queues a piece of sound of any length, paced as it is played. Resolves when less than a second waits: the moment to make more. */
  async write(bytes: Uint8Array): Promise<void> {
    void this.speak(bytes);
    while (!this.#ended && this.#queuedBytes > this.#format.bytesPerSecond) {
      await new Promise<void>((resolve) => this.#clock.after(20, resolve));
    }
  }

  /** Resolves when everything that was queued has left this process, or the call is over. */
  async flush(): Promise<void> {
    if (this.#queue.length > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    if (!this.#ended) await this.#transport.flushed();
  }

  /** Resolves when everything has been sent and, going by its duration, played; or when the call is over. */
  async drained(): Promise<void> {
    await this.flush();
    while (!this.#ended && this.playing) {
      const waitMs = this.#queuedBytes > 0 ? 20 : this.#playedOutAt - this.#clock.now();
      await new Promise<void>((resolve) => this.#clock.after(Math.min(Math.max(waitMs, 1), 200), resolve));
    }
  }

  /** Takes back what waits here; the peer's queue is `VoiceSession.clear`'s business. Returns the bytes that were not sent. */
  discard(): number {
    const discarded = this.#queuedBytes;
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
    this.#dueAt = undefined;
    this.#queuedBytes = 0;
    this.#playedOutAt = Number.NEGATIVE_INFINITY;
    for (const { at, done } of this.#queue.splice(0)) done({ sentBytes: at, complete: false });
    this.#announceIdle();
    return discarded;
  }

  /** The call is over. */
  end(): void {
    this.#ended = true;
    this.discard();
  }

  /** Sends what is due, then waits for what is due next. */
  #turn(): void {
    this.#cancelTurn = undefined;
    const now = this.#clock.now();
    if (this.#dueAt === undefined || now - this.#dueAt > maxCatchUpMs) this.#dueAt = now;
    let turnBytes = 0;
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      if (this.#dueAt > now || turnBytes >= maxTurnBytes) {
        this.#turnAfter(this.#dueAt - now);
        return;
      }
      const frame = head.bytes.subarray(head.at, head.at + this.#format.frameBytes);
      if (!this.#sendFrame(frame)) {
        this.#turnAfter(backlogRetryMs);
        return;
      }
      head.at += frame.byteLength;
      turnBytes += frame.byteLength;
      this.#queuedBytes -= frame.byteLength;
      this.#dueAt += this.#milliseconds(frame.byteLength) / head.speed;
      if (head.at === head.bytes.byteLength) {
        this.#queue.shift();
        head.done({ sentBytes: head.at, complete: true });
      }
    }
    // The schedule outlives an empty queue: sound that is written in time goes on without a gap, neither early nor late.
    const restMs = this.#dueAt - now;
    if (restMs > 0) this.#turnAfter(restMs);
    else this.#dueAt = undefined;
    this.#announceIdle();
  }

  #turnAfter(delayMs: number): void {
    this.#cancelTurn = this.#clock.after(Math.max(0, delayMs), () => this.#turn());
  }

  #sendFrame(frame: Uint8Array): boolean {
    if (this.#ended || !this.#transport.sendFrame(frame)) return false;
    const now = this.#clock.now();
    if (now - this.#playedOutAt > utteranceGapMs) this.#utteranceBytes = 0;
    this.#sentBytes += frame.byteLength;
    this.#utteranceBytes += frame.byteLength;
    this.#playedOutAt = Math.max(now, this.#playedOutAt) + this.#milliseconds(frame.byteLength);
    this.#onSent?.(frame);
    return true;
  }

  #milliseconds(bytes: number): number {
    return (bytes * 1000) / this.#format.bytesPerSecond;
  }

  #announceIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
