/**
 * The caller's sound: encoded frames, one reader, bounded. A reader that falls behind loses the oldest frames, counted; the frames end with
 * the call.
 */
export class AudioInput implements AsyncIterable<Uint8Array> {
  readonly #maxFrames: number;
  readonly #maxBytes: number;
  #frames: Uint8Array[] = [];
  #queuedBytes = 0;
  #wake: (() => void) | undefined;
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
    this.#frames.push(frame);
    this.#queuedBytes += frame.byteLength;
    while (this.#frames.length > this.#maxFrames || this.#queuedBytes > this.#maxBytes) {
      this.#take();
      this.#droppedFrames++;
    }
    this.#wake?.();
  }

  /** No more frames; those that wait may still be read. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** One reader at a time; another may go on where it stopped. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#reading) throw new Error("The audio of this call is being read already.");
    this.#reading = true;
    try {
      for (;;) {
        const frame = this.#take();
        if (frame) yield frame;
        else if (this.#ended) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          this.#wake = undefined;
        }
      }
    } finally {
      this.#reading = false;
    }
  }

  #take(): Uint8Array | undefined {
    const frame = this.#frames.shift();
    this.#queuedBytes -= frame?.byteLength ?? 0;
    return frame;
  }
}
