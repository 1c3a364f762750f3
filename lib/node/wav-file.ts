import { type FileHandle, open } from "node:fs/promises";
import { maxWavDataBytes, type WavFormat, wavHeader, wavHeaderBytes } from "./wav.ts";

/** Where a WAV file goes. One write at a time. */
export interface WavSink {
  write(bytes: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

export interface WavFileStats {
  /** Sound on disk, and named by the header. */
  readonly writtenBytes: number;
  /** Sound that waits for the disk. */
  readonly queuedBytes: number;
  /** Sound that came when the queue was full: silence of the same length is in its place. */
  readonly silencedBytes: number;
  /** Sound that came after the disk failed, or after the file was as long as a WAV file can be. */
  readonly lostBytes: number;
  /** Of the disk. Nothing is written after it. */
  readonly error: unknown;
}

const batchBytes = 1 << 18;

/**
 * Streams 16-bit PCM into a WAV file that is whole at any moment: sound is written first and its length in the header after it, so that a process
 * that is killed leaves a file that plays. `append` never waits and memory is bounded, however slow the disk is.
 */
export class WavFile {
  readonly #sink: WavSink;
  readonly #format: WavFormat;
  readonly #maxQueuedBytes: number;
  /** In order: sound, or how much silence. */
  #queue: (Uint8Array | number)[] = [];
  #queuedBytes = 0;
  #writtenBytes = 0;
  #acceptedBytes = 0;
  #silencedBytes = 0;
  #owedBytes = 0;
  #lostBytes = 0;
  #error: unknown;
  #writing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /** `create` makes one on disk. The header is written with the first sound, or by `close`. */
  constructor(sink: WavSink, format: WavFormat, maxQueuedBytes: number) {
    this.#sink = sink;
    this.#format = format;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  /** Makes a new file: one that is there is not overwritten. */
  static async create(path: string, format: WavFormat, maxQueuedBytes: number): Promise<WavFile> {
    const file = new WavFile(new FileSink(await open(path, "wx")), format, maxQueuedBytes);
    await file.#sink.write(wavHeader(format, 0), 0);
    return file;
  }

  get stats(): WavFileStats {
    return {
      writtenBytes: this.#writtenBytes,
      queuedBytes: this.#queuedBytes,
      silencedBytes: this.#silencedBytes,
      lostBytes: this.#lostBytes,
      error: this.#error,
    };
  }

  /** Takes interleaved samples over. */
  append(samples: Int16Array): void {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const full = this.#acceptedBytes + bytes.byteLength > maxWavDataBytes;
    if (this.#error !== undefined || this.#closed || full) {
      this.#lostBytes += bytes.byteLength;
      return;
    }
    this.#acceptedBytes += bytes.byteLength;
    if (this.#queuedBytes + bytes.byteLength > this.#maxQueuedBytes) {
      this.#silencedBytes += bytes.byteLength;
      this.#owedBytes += bytes.byteLength;
      return;
    }
    this.#payOwed();
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.byteLength;
    this.#writing ??= this.#pump();
  }

  /** Resolves when everything is written and the file is closed, or the disk has failed. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    if (this.#error === undefined) {
      this.#payOwed();
      await (this.#writing ?? this.#pump());
    }
    await this.#sink.close().catch((error: unknown) => {
      this.#error ??= error;
    });
  }

  #payOwed(): void {
    if (this.#owedBytes > 0) this.#queue.push(this.#owedBytes);
    this.#owedBytes = 0;
  }

  async #pump(): Promise<void> {
    let batch = this.#takeBatch();
    try {
      for (;;) {
        if (batch.byteLength > 0) await this.#sink.write(batch, wavHeaderBytes + this.#writtenBytes);
        this.#writtenBytes += batch.byteLength;
        batch = batch.subarray(0, 0);
        await this.#sink.write(wavHeader(this.#format, this.#writtenBytes), 0);
        if (this.#queue.length === 0) break;
        batch = this.#takeBatch();
      }
    } catch (error) {
      this.#error ??= error ?? new Error("the disk failed");
      this.#lostBytes += batch.byteLength + this.#queuedBytes;
      this.#queue = [];
      this.#queuedBytes = 0;
    }
    this.#writing = undefined;
  }

  #takeBatch(): Uint8Array {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for (let next = this.#queue[0]; next !== undefined && bytes < batchBytes; next = this.#queue[0]) {
      this.#queue.shift();
      if (typeof next === "number") {
        const part = Math.min(next, batchBytes);
        if (next > part) this.#queue.unshift(next - part);
        next = new Uint8Array(part);
      } else this.#queuedBytes -= next.byteLength;
      parts.push(next);
      bytes += next.byteLength;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }
}

class FileSink implements WavSink {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.byteLength; ) {
      at += (await this.#file.write(bytes, at, bytes.byteLength - at, position + at)).bytesWritten;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
