import { randomInt } from "node:crypto";
import { packRtp } from "../../protocol/rtp/index.ts";
import type { Clock } from "../../session/index.ts";

/** One packet: 20 ms of PCMU at 8 kHz, one byte a sample. */
export const packetBytes = 160;
const packetMs = 20;
/** RFC 3551 §6. */
const pcmuPayloadType = 0;
/** µ-law for 0. */
const silentByte = 0xff;
/**
 * Sound that comes live is passed on as it comes, a burst after a pause of the network included; what comes faster for longer than this is
 * sent as it is played: the listener's jitter buffer is made for the one and not for the other.
 */
const burstMs = 400;
/**
 * Where nothing was said for this long, silence is sent: addresses stay open, and the listener's browser need not make sound up. Live sound
 * that is only late should not find silence in its place: the listener would have to catch up with both.
 */
const idleMs = 100;
/** A pause of ours longer than this is not made up for with silence. */
const maxCatchUpMs = 200;

/**
 * Encoded sound of any length to RTP packets of 20 ms, sent no faster than it is played, without a gap in the timestamps from the first
 * packet to the last (RFC 3550 §5.1). Nothing goes before `start`.
 */
export class RtpPacer {
  readonly #clock: Clock;
  readonly #send: (packet: Uint8Array) => void;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #sequence = randomInt(0x10000);
  #timestamp = randomInt(0x100000000);
  #first = true;
  #creditMs = burstMs;
  #creditAt: number;
  /** When silence has to be sent if nothing else is. */
  #silenceAt = 0;
  #cancel: (() => void) | undefined;
  #state: "waiting" | "running" | "stopped" = "waiting";
  #idle: (() => void)[] = [];

  constructor(clock: Clock, send: (packet: Uint8Array) => void) {
    this.#clock = clock;
    this.#send = send;
    this.#creditAt = clock.now();
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  start(): void {
    if (this.#state !== "waiting") return;
    this.#state = "running";
    this.#creditAt = this.#clock.now();
    this.#silenceAt = this.#creditAt + idleMs;
    this.#turn();
  }

  /** Takes the bytes over. */
  push(bytes: Uint8Array): void {
    if (this.#state === "stopped" || bytes.byteLength === 0) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.byteLength;
    if (this.#state === "running") this.#turn();
  }

  /** Forgets what waits. Returns how many bytes that were. */
  takeBack(): number {
    const bytes = this.#queuedBytes;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#announceIdle();
    return bytes;
  }

  /** Resolves when nothing waits any more. */
  flushed(): Promise<void> {
    if (this.#queuedBytes === 0 || this.#state === "stopped") return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  stop(): void {
    this.#state = "stopped";
    this.#cancel?.();
    this.takeBack();
  }

  #turn(): void {
    this.#cancel?.();
    const now = this.#clock.now();
    this.#creditMs = Math.min(burstMs, this.#creditMs + Math.max(0, now - this.#creditAt));
    this.#creditAt = now;
    while (this.#queuedBytes >= packetBytes && this.#creditMs >= packetMs) {
      this.#creditMs -= packetMs;
      this.#packet(this.#take(packetBytes));
      this.#silenceAt = now + idleMs;
    }
    if (this.#queuedBytes < packetBytes) this.#fill(now);
    if (this.#queuedBytes === 0) this.#announceIdle();
    const waitMs = this.#queuedBytes >= packetBytes ? packetMs - this.#creditMs : this.#silenceAt - now;
    this.#cancel = this.#clock.after(Math.max(1, waitMs), () => this.#turn());
  }

  /** Sends the silence that is due, behind the rest of a packet that was never completed. */
  #fill(now: number): void {
    if (now - this.#silenceAt > maxCatchUpMs) this.#silenceAt = now;
    for (; this.#silenceAt <= now; this.#silenceAt += packetMs) {
      const packet = new Uint8Array(packetBytes).fill(silentByte);
      packet.set(this.#take(this.#queuedBytes));
      this.#packet(packet);
    }
  }

  #packet(payload: Uint8Array): void {
    const [sequence, timestamp] = [this.#sequence, this.#timestamp];
    const packet = {
      payloadType: pcmuPayloadType,
      marker: this.#first,
      sequence,
      timestamp,
      ssrc: 0,
      csrc: [],
      payload,
    };
    this.#first = false;
    this.#sequence = (sequence + 1) & 0xffff;
    this.#timestamp = (timestamp + payload.byteLength) >>> 0;
    this.#send(packRtp(packet));
  }

  /** The next bytes of the queue; there are that many. */
  #take(bytes: number): Uint8Array {
    const taken = new Uint8Array(bytes);
    for (let at = 0; at < bytes; ) {
      const head = this.#queue[0]!;
      const part = head.subarray(0, bytes - at);
      taken.set(part, at);
      at += part.byteLength;
      if (part.byteLength === head.byteLength) this.#queue.shift();
      else this.#queue[0] = head.subarray(part.byteLength);
    }
    this.#queuedBytes -= bytes;
    return taken;
  }

  #announceIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
