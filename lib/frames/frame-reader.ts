import { type FrameCounters, type FrameEnd, PORT_HEADER_BYTES, type RawPort, rawPort } from "./frame-pipe.ts";
import { canWaitAsync, SharedRing } from "./shared-ring.ts";

/** How often a ring is looked at where `Atomics.waitAsync` is missing. */
const POLL_INTERVAL_MS = 10;

/** Not in an AudioWorkletGlobalScope, where rings are polled from `process()`. */
const timers = globalThis as {
  setInterval?: (callback: () => void, ms: number) => unknown;
  clearInterval?: (id: never) => void;
};

/**
 * The one reader of a frame pipe.
 * Port: frames arrive as events of this thread, from construction on. Shared: they are handed on by `poll()` (call it from `process()`),
 * or as they come after `listen()` (a Worker or a page).
 */
export class FrameReader {
  readonly counters: FrameCounters = { frames: 0, bytes: 0, droppedFrames: 0, droppedBytes: 0 };
  readonly #onFrame: (bytes: Uint8Array, atMs: number) => void;
  readonly #ring: SharedRing | undefined;
  readonly #port: RawPort | undefined;
  /** Shared: where frames are copied to; grows to the largest frame seen. `#view` is its part for frames as long as the last one. */
  #scratch = new Uint8Array(2048);
  #view = this.#scratch;
  /** Port: the writer is told of `counters.bytes` each time this many more were taken. */
  readonly #reportBytes: number = 0;
  #reportedBytes = 0;
  #timer: unknown;
  #listening = false;
  #closed = false;

  /** `onFrame` gets the bytes until it returns (shared: they are overwritten by the next frame) and the writer's stamp. */
  constructor(end: FrameEnd, onFrame: (bytes: Uint8Array, atMs: number) => void) {
    this.#onFrame = onFrame;
    if (end.kind === "shared") {
      this.#ring = new SharedRing(end.buffer);
    } else {
      this.#reportBytes = end.capacityBytes / 8;
      this.#port = rawPort(end.port);
      this.#port.onmessage = (event) => {
        if (!this.#closed && event.data instanceof ArrayBuffer) this.#receive(event.data);
      };
    }
  }

  /**
   * Shared: hands on the frames that are there now, until `limitBytes` are reached (one frame at least), so that a burst cannot take
   * longer than a render quantum. Allocates nothing while frames keep their length. Port: does nothing.
   */
  poll(limitBytes = Number.POSITIVE_INFINITY): void {
    if (!this.#ring) return;
    for (let taken = 0; taken < limitBytes && !this.#closed; ) {
      const length = this.#ring.peek();
      if (length < 0) return;
      if (length !== this.#view.length) this.#fit(length);
      const stamp = this.#ring.take(this.#view);
      taken += length;
      this.#deliver(this.#view, stamp);
    }
  }

  /** Shared: from here frames are handed on as they come, without `poll()`. Port: they are anyway. Not in a worklet. */
  listen(): void {
    if (!this.#ring || this.#listening || this.#closed) return;
    this.#listening = true;
    if (canWaitAsync) {
      void this.#follow(this.#ring);
    } else {
      this.#timer = timers.setInterval?.(() => this.poll(), POLL_INTERVAL_MS);
    }
  }

  /** Idempotent. Nothing is handed on from here; a shared writer is refused, a port's frames vanish. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== undefined) timers.clearInterval?.(this.#timer as never);
    this.#ring?.close();
    if (this.#port) {
      this.#port.onmessage = null;
      this.#port.close();
    }
  }

  async #follow(ring: SharedRing): Promise<void> {
    for (;;) {
      const signal = ring.signal;
      const closed = ring.closed;
      this.poll();
      if (closed || this.#closed) return;
      await ring.changedSince(signal);
    }
  }

  #fit(length: number): void {
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length * 2);
    this.#view = this.#scratch.subarray(0, length);
  }

  #receive(buffer: ArrayBuffer): void {
    const stamp = new Float64Array(buffer, 0, 1)[0]!;
    this.#deliver(new Uint8Array(buffer, PORT_HEADER_BYTES), stamp);
    if (this.counters.bytes - this.#reportedBytes >= this.#reportBytes) {
      this.#reportedBytes = this.counters.bytes;
      this.#port?.postMessage(this.counters.bytes);
    }
  }

  #deliver(frame: Uint8Array, stamp: number): void {
    this.counters.frames++;
    this.counters.bytes += frame.length;
    this.#onFrame(frame, stamp);
  }
}
