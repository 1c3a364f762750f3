const leastBytes = 512;

/** Bytes that come in pieces: copies them, in memory that doubles, so that many small pieces cost no more than one large one. */
export class GrowingBytes {
  #memory: Buffer = Buffer.allocUnsafe(leastBytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#memory.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#memory.length * 2));
      larger.set(this.bytes());
      this.#memory = larger;
    }
    this.#memory.set(bytes, this.#length);
    this.#length = length;
  }

  /** What has come so far. Not written to any more where nothing is appended. */
  bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }
}
