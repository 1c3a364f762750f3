/**
 * A ring of frames in a SharedArrayBuffer: one writing thread, one reading thread, no locks.
 *
 *   byte 0            64           128          192                    192 + capacity
 *   ┌────────────┬────────────┬────────────┬───────────────────────────┐
 *   │ written    │ read       │ closed,    │ records …                 │
 *   │            │            │ signal     │                           │
 *   └────────────┴────────────┴────────────┴───────────────────────────┘
 *   `written` and `read` are byte counts modulo 2^32 (capacity is a power of two, so positions stay continuous across that wrap),
 *   each on a cache line of its own. `written` belongs to the writer, `read` to the reader; either may set `closed`. `signal` counts
 *   writes and closes: it is what a reader sleeps on.
 *
 *   record, 16-aligned:  u32 frame bytes │ u32 zero │ f64 stamp │ frame, padded to 16
 *   A record's head never wraps; its frame may.
 *
 * The writer publishes a record by storing `written` after its bytes, the reader frees it by storing `read` after copying it out. What
 * each sees of the other may be stale, always on the safe side: less room, or fewer frames.
 */

const WRITTEN = 0;
const READ = 16;
const CLOSED = 32;
const SIGNAL = 33;
const CONTROL_BYTES = 192;
const HEAD_BYTES = 16;
const ALIGN = 16;

export function createRingBuffer(capacityBytes: number): SharedArrayBuffer {
  if (!(capacityBytes > 0) || capacityBytes > 2 ** 30) {
    throw new RangeError(`capacityBytes must be within 1 … 2^30, not ${capacityBytes}`);
  }
  let size = 64;
  while (size < capacityBytes) size *= 2;
  return new SharedArrayBuffer(CONTROL_BYTES + size);
}

/** Either end's view of the ring. Allocates when constructed, then nothing. */
export class SharedRing {
  readonly capacityBytes: number;
  readonly control: Int32Array;
  readonly signalIndex = SIGNAL;
  readonly #lengths: Uint32Array;
  readonly #stamps: Float64Array;
  readonly #bytes: Uint8Array;

  constructor(buffer: SharedArrayBuffer) {
    this.capacityBytes = buffer.byteLength - CONTROL_BYTES;
    this.control = new Int32Array(buffer, 0, CONTROL_BYTES / 4);
    this.#lengths = new Uint32Array(buffer, CONTROL_BYTES);
    this.#stamps = new Float64Array(buffer, CONTROL_BYTES);
    this.#bytes = new Uint8Array(buffer, CONTROL_BYTES);
  }

  /** The writer's thread. False: no room now (or never, for a frame larger than the ring); nothing was written. */
  write(frame: Uint8Array, stamp: number): boolean {
    const written = Atomics.load(this.control, WRITTEN) >>> 0;
    const read = Atomics.load(this.control, READ) >>> 0;
    const room = this.capacityBytes - ((written - read) >>> 0);
    const recordBytes = HEAD_BYTES + padded(frame.length);
    if (recordBytes > room) return false;
    const at = written & (this.capacityBytes - 1);
    this.#lengths[at >>> 2] = frame.length;
    this.#lengths[(at >>> 2) + 1] = 0;
    this.#stamps[(at + 8) >>> 3] = stamp;
    const mask = this.capacityBytes - 1;
    for (let i = 0; i < frame.length; i++) this.#bytes[(at + HEAD_BYTES + i) & mask] = frame[i]!;
    Atomics.store(this.control, WRITTEN, (written + recordBytes) | 0);
    this.#signal();
    return true;
  }

  /** The reader's thread. Length of the next frame in bytes, or −1 when none is there yet. */
  peek(): number {
    const read = Atomics.load(this.control, READ);
    if (Atomics.load(this.control, WRITTEN) === read) return -1;
    return this.#lengths[(read & (this.capacityBytes - 1)) >>> 2]!;
  }

  /** The reader's thread, after `peek() >= 0`: copies that frame into `target`, frees its room, returns its stamp. */
  take(target: Uint8Array): number {
    const read = Atomics.load(this.control, READ) >>> 0;
    const at = read & (this.capacityBytes - 1);
    const length = this.#lengths[at >>> 2]!;
    const stamp = this.#stamps[(at + 8) >>> 3]!;
    const mask = this.capacityBytes - 1;
    for (let i = 0; i < length; i++) target[i] = this.#bytes[(at + HEAD_BYTES + i) & mask]!;
    Atomics.store(this.control, READ, (read + HEAD_BYTES + padded(length)) | 0);
    return stamp;
  }

  /** Either thread: nothing more will be written or read. Wakes a waiting reader. */
  close(): void {
    Atomics.store(this.control, CLOSED, 1);
    this.#signal();
  }

  get closed(): boolean {
    return Atomics.load(this.control, CLOSED) === 1;
  }

  /** Changes whenever something is written or closed; at `signalIndex` of `control`, for a reader that sleeps on it. */
  get signal(): number {
    return Atomics.load(this.control, SIGNAL);
  }

  #signal(): void {
    Atomics.add(this.control, SIGNAL, 1);
    Atomics.notify(this.control, SIGNAL);
  }
}

function padded(bytes: number): number {
  return (bytes + ALIGN - 1) & ~(ALIGN - 1);
}
