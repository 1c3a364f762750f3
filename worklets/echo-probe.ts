import type { LoopDelay } from "./messages.ts";

/** 2.56 s of 20 ms frames. */
const REMEMBERED_FRAMES = 128;
const KEPT_DELAYS = 64;

/**
 * Measures the delay from the capture worklet to the playback worklet through a peer that sends our frames back unchanged, as an echo
 * does. Sent frames are remembered by their hash; when one comes back, the time from its first sample entering the capture worklet to that
 * sample leaving the playback buffer is one measurement. It contains the collecting of the frame, every thread hop, the network both ways,
 * the peer, and the playout buffer; not the two resamplers (≤ 2.5 ms each) and not the sound device. A peer that answers with other
 * audio never matches, and there is no figure then. Silence and frames that repeat earlier ones are not used.
 *
 * Render thread. `seconds` is the context's time. Only `report` allocates.
 */
export class EchoProbe {
  readonly #hashes = new Int32Array(REMEMBERED_FRAMES);
  /** When the frame's first sample was captured; NaN: not usable. */
  readonly #seconds = new Float64Array(REMEMBERED_FRAMES).fill(Number.NaN);
  #next = 0;
  /** Stream position of the matched frame whose playing is awaited, −1 without one. */
  #awaited = -1;
  #awaitedSeconds = 0;
  readonly #delays = new Float64Array(KEPT_DELAYS);
  #lastMs = 0;
  #count = 0;

  sent(frame: Uint8Array, seconds: number): void {
    if (isConstant(frame)) return;
    const hash = hashOf(frame);
    const known = this.#hashes.indexOf(hash);
    if (known >= 0) {
      this.#seconds[known] = Number.NaN;
      return;
    }
    this.#hashes[this.#next] = hash;
    this.#seconds[this.#next] = seconds;
    this.#next = (this.#next + 1) % REMEMBERED_FRAMES;
  }

  /** A frame arrived; its first byte is at `position` of the stream. One match at a time is followed. */
  received(frame: Uint8Array, position: number): void {
    if (this.#awaited >= 0) return;
    const known = this.#hashes.indexOf(hashOf(frame));
    if (known < 0) return;
    const seconds = this.#seconds[known]!;
    if (Number.isNaN(seconds)) return;
    this.#seconds[known] = Number.NaN;
    this.#awaited = position;
    this.#awaitedSeconds = seconds;
  }

  /** Everything before `position` has left the buffer in the render quantum that starts at `seconds`. */
  played(position: number, seconds: number): void {
    if (this.#awaited < 0 || position <= this.#awaited) return;
    this.#awaited = -1;
    this.#lastMs = (seconds - this.#awaitedSeconds) * 1000;
    this.#delays[this.#count % KEPT_DELAYS] = this.#lastMs;
    this.#count++;
  }

  /** The frame that is awaited was removed by a flush. */
  forget(): void {
    this.#awaited = -1;
  }

  report(): LoopDelay | undefined {
    if (this.#count === 0) return undefined;
    const delays = this.#delays.slice(0, Math.min(this.#count, KEPT_DELAYS)).sort();
    return { lastMs: this.#lastMs, medianMs: delays[delays.length >> 1]!, count: this.#count };
  }
}

function isConstant(frame: Uint8Array): boolean {
  for (let i = 1; i < frame.length; i++) if (frame[i] !== frame[0]) return false;
  return true;
}

/** FNV-1a of some 64 bytes from all over the frame (an odd step: high and low bytes of samples), never 0, which marks an empty place. */
function hashOf(frame: Uint8Array): number {
  let hash = 0x811c9dc5;
  const step = (frame.length >> 6) | 1;
  for (let i = 0; i < frame.length; i += step) hash = Math.imul(hash ^ frame[i]!, 0x01000193);
  return hash | 1;
}
