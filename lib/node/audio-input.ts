type Next = IteratorResult<Uint8Array, undefined>;

const done: Next = { value: undefined, done: true };

/**
 * The caller's sound: encoded frames, one reader, bounded. A reader that falls behind loses the oldest frames, counted; the frames end with
 * the call.
 */
export class AudioInput implements AsyncIterable<Uint8Array> {
  readonly #maxFrames: number;
  readonly #maxBytes: number;
  #frames: Uint8Array[] = [];
  #queuedBytes = 0;
  /** Of the reader that waits for a frame. */
  #give: ((next: Next) => void) | undefined;
  #ended = false;
  #reading = false;
  #receivedBytes = 0;
  #droppedFrames = 0;

  constructor(maxFrames: number, maxBytes = 1 << 20) {
    this.#maxFrames = maxFrames;
    this.#maxBytes = maxBytes;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Frames that nobody read in time. */
  get droppedFrames(): number {
    return this.#droppedFrames;
  }

  push(frame: Uint8Array): void {
    if (this.#ended) return;
    this.#receivedBytes += frame.byteLength;
    if (this.#give) {
      this.#settle({ value: frame, done: false });
      return;
    }
    this.#frames.push(frame);
    this.#queuedBytes += frame.byteLength;
    while (this.#frames.length > this.#maxFrames || this.#queuedBytes > this.#maxBytes) {
      this.#take();
      this.#droppedFrames++;
    }
  }

  /** No more frames; those that wait may still be read. */
  end(): void {
    this.#ended = true;
    this.#settle(done);
  }

  /** One reader at a time; another may go on where it stopped. Not a generator: thousands of frames a second pass here. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, undefined> {
    if (this.#reading) throw new Error("The audio of this call is being read already.");
    this.#reading = true;
    let reading = true;
    const stop = (): Promise<Next> => {
      if (reading) this.#reading = false;
      reading = false;
      this.#settle(done);
      return Promise.resolve(done);
    };
    const iterator: AsyncIterableIterator<Uint8Array, undefined> = {
      next: () => {
        if (!reading) return Promise.resolve(done);
        const frame = this.#take();
        if (frame) return Promise.resolve({ value: frame, done: false });
        if (this.#ended) return stop();
        return new Promise((resolve) => {
          this.#settle(done); // of a reader that asked twice
          this.#give = resolve;
        });
      },
      return: stop,
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  #settle(next: Next): void {
    const give = this.#give;
    this.#give = undefined;
    give?.(next);
  }

  #take(): Uint8Array | undefined {
    const frame = this.#frames.shift();
    this.#queuedBytes -= frame?.byteLength ?? 0;
    return frame;
  }
}
