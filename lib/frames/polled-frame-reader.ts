import { type FrameCounters, type FrameEnd, PORT_HEADER_BYTES, type RawPort, rawPort } from "./frame-pipe.ts";
import { SharedRing } from "./shared-ring.ts";

/**
 * The one reader of a frame pipe, as an AudioWorkletGlobalScope can have it: without timers, and without sleeping.
 * Port: frames arrive as events of this thread, from construction on. Shared: they are handed on by `poll()`; call it from `process()`.
 */
export class PolledFrameReader {
  readonly counters: FrameCounters = { frames: 0, bytes: 0, droppedFrames: 0, droppedBytes: 0 };
  readonly #onFrame: (bytes: Uint8Array, atMs: number) => void;
  /** Shared pipes only. */
  protected readonly ring: SharedRing | undefined;
  readonly #port: RawPort | undefined;
  /** Shared: where frames are copied to; grows to the largest frame seen. `#view` is its part for frames as long as the last one. */
  #scratch = new Uint8Array(2048);
  #view = this.#scratch;
  /** Port: the writer is told of `counters.bytes` each time this many more were taken. */
  readonly #reportBytes: number = 0;
  #reportedBytes = 0;
  #closed = false;

  /** `onFrame` gets the bytes until it returns (shared: they are overwritten by the next frame) and the writer's stamp. */
  constructor(end: FrameEnd, onFrame: (bytes: Uint8Array, atMs: number) => void) {
    this.#onFrame = onFrame;
    if (end.kind === "shared") {
      this.ring = new SharedRing(end.buffer);
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
    if (!this.ring) return;
    for (let taken = 0; taken < limitBytes && !this.#closed; ) {
      const length = this.ring.peek();
      if (length < 0) return;
      if (length !== this.#view.length) this.#fit(length);
      const stamp = this.ring.take(this.#view);
      taken += length;
      this.#deliver(this.#view, stamp);
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Idempotent. Nothing is handed on from here; a shared writer is refused, a port's frames vanish. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.ring?.close();
    if (this.#port) {
      this.#port.onmessage = null;
      this.#port.close();
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
