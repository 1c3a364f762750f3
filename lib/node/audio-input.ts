type Next = IteratorResult<Uint8Array, undefined>;

/** Who hears frames as they come, and how that ended. */
interface Listener {
  readonly hear: (frame: Uint8Array) => unknown;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

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
  #listener: Listener | undefined;
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
    if (this.#listener) {
      this.#tell(this.#listener, frame);
      return;
    }
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
    if (this.#give) this.#reading = false; // that reader is at the end
    this.#settle(done);
    this.#stopListening()?.resolve();
  }

  /** One reader at a time; another may go on where it stopped. Not a generator: thousands of frames a second pass here. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, undefined> {
    this.#claim();
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

  /**
   * Reads as `for await` does, in the task in which a frame comes and without a promise for each: for many calls in one process. Resolves when
   * there are no more frames. What `hear` throws ends it, and it rejects with that.
   */
  each(hear: (frame: Uint8Array) => unknown): Promise<void> {
    this.#claim();
    return new Promise((resolve, reject) => {
      const listener = { hear, resolve, reject };
      this.#listener = listener;
      while (this.#listener && this.#frames.length > 0) this.#tell(listener, this.#take()!);
      if (this.#ended) this.#stopListening()?.resolve();
    });
  }

  #claim(): void {
    if (this.#reading) throw new Error("The audio of this call is being read already.");
    this.#reading = true;
  }

  #tell(listener: Listener, frame: Uint8Array): void {
    try {
      listener.hear(frame);
    } catch (error) {
      this.#stopListening();
      listener.reject(error);
    }
  }

  /** Returns who listened. */
  #stopListening(): Listener | undefined {
    const listener = this.#listener;
    if (listener) this.#reading = false;
    this.#listener = undefined;
    return listener;
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
