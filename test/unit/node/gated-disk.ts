import type { WavSink } from "../../../lib/node/wav-file.ts";

/** A disk in memory that writes when it is told to. */
export class GatedDisk implements WavSink {
  bytes = Buffer.alloc(0);
  closed = false;
  readonly waiting: (() => void)[] = [];
  open = true;
  failure: Error | undefined;

  async write(bytes: Uint8Array, position: number): Promise<void> {
    if (!this.open) await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.failure) throw this.failure;
    const end = position + bytes.byteLength;
    if (end > this.bytes.length) this.bytes = Buffer.concat([this.bytes, Buffer.alloc(end - this.bytes.length)]);
    this.bytes.set(bytes, position);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  release(): void {
    this.open = true;
    for (const go of this.waiting.splice(0)) go();
  }
}
