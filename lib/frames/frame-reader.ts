import { PolledFrameReader } from "./polled-frame-reader.ts";
import type { SharedRing } from "./shared-ring.ts";

/** How often a ring is looked at where `Atomics.waitAsync` is missing. */
const POLL_INTERVAL_MS = 10;

/** `Atomics.waitAsync` is newer than the language level that is compiled for, and absent in Firefox. */
type WaitAsync = (
  typed: Int32Array,
  index: number,
  value: number,
) => { async: false; value: string } | { async: true; value: Promise<string> };
const waitAsync = (Atomics as unknown as { waitAsync?: WaitAsync }).waitAsync;

const timers = globalThis as unknown as {
  setInterval(callback: () => void, ms: number): unknown;
  clearInterval(id: unknown): void;
};

/** The one reader of a frame pipe, on a page, in a Worker or in Node: shared frames need no `poll()` after `listen()`. */
export class FrameReader extends PolledFrameReader {
  #timer: unknown;
  #listening = false;

  /** Shared: from here frames are handed on as they come. Port: they are anyway. */
  listen(): void {
    if (!this.ring || this.#listening || this.closed) return;
    this.#listening = true;
    if (waitAsync) {
      void this.#follow(this.ring, waitAsync);
    } else {
      this.#timer = timers.setInterval(() => this.poll(), POLL_INTERVAL_MS);
    }
  }

  override close(): void {
    if (this.#timer !== undefined) timers.clearInterval(this.#timer);
    this.#timer = undefined;
    super.close();
  }

  async #follow(ring: SharedRing, wait: WaitAsync): Promise<void> {
    for (;;) {
      // Read before looking, so that whatever is written or closed meanwhile ends the wait at once.
      const signal = ring.signal;
      const closed = ring.closed;
      this.poll();
      if (closed || this.closed) return;
      const waiting = wait(ring.control, ring.signalIndex, signal);
      if (waiting.async) await waiting.value;
    }
  }
}
