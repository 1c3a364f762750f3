import { type FrameCounters, type FrameEnd, PORT_HEADER_BYTES, type RawPort, rawPort } from "./frame-pipe.ts";
import { SharedRing } from "./shared-ring.ts";

/** Port: larger frames might wait for ever, because the reader reports what it took only every eighth of the capacity. */
const LARGEST_SHARE = 7 / 8;

/**
 * The one writer of a frame pipe. Any thread, also inside `process()` of a worklet.
 * Shared: copies into the ring, allocates nothing. Port: one ArrayBuffer and one message a frame.
 */
export class FrameWriter {
  readonly counters: FrameCounters = { frames: 0, bytes: 0, droppedFrames: 0, droppedBytes: 0 };
  readonly #ring: SharedRing | undefined;
  readonly #port: RawPort | undefined;
  readonly #capacityBytes: number;
  /** Port: total of bytes the reader says it has taken. Stale by up to an eighth of the capacity and a message's travel. */
  #takenBytes = 0;
  #closed = false;

  constructor(end: FrameEnd) {
    if (end.kind === "shared") {
      this.#ring = new SharedRing(end.buffer);
      this.#capacityBytes = this.#ring.capacityBytes;
    } else {
      this.#capacityBytes = end.capacityBytes;
      this.#port = rawPort(end.port);
      this.#port.onmessage = (event) => {
        if (typeof event.data === "number") this.#takenBytes = event.data;
      };
    }
  }

  /**
   * Sends a copy of `bytes` with the stamp `atMs` (`Date.now()` of this thread). The caller keeps `bytes`.
   * False: not sent, because the pipe is full (counted) or closed.
   */
  write(bytes: Uint8Array, atMs: number): boolean {
    if (this.#closed || this.#ring?.closed) return false;
    if (!(this.#ring ? this.#ring.write(bytes, atMs) : this.#post(bytes, atMs))) {
      this.counters.droppedFrames++;
      this.counters.droppedBytes += bytes.length;
      return false;
    }
    this.counters.frames++;
    this.counters.bytes += bytes.length;
    return true;
  }

  /** Idempotent. Shared: the reader may still take what was written. Port: what was posted still arrives. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ring?.close();
    if (this.#port) {
      this.#port.onmessage = null;
      this.#port.close();
    }
  }

  #post(bytes: Uint8Array, atMs: number): boolean {
    if (bytes.length > LARGEST_SHARE * this.#capacityBytes) return false;
    if (this.counters.bytes - this.#takenBytes + bytes.length > this.#capacityBytes) return false;
    const buffer = new ArrayBuffer(PORT_HEADER_BYTES + bytes.length);
    new Float64Array(buffer, 0, 1)[0] = atMs;
    new Uint8Array(buffer, PORT_HEADER_BYTES).set(bytes);
    this.#port?.postMessage(buffer, [buffer]);
    return true;
  }
}
