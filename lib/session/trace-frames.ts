import type { TraceEntry, TraceRecord, TraceWay } from "./trace-format.ts";
import type { WitnessedFrame } from "./trace-transport.ts";

const maxFrames = 50;
/** 32 KiB of sound in one line. */
const maxDataBytes = 1 << 15;

/** Collects the frames of one direction into records, because one line a frame would be mostly line. */
export class FrameCollector {
  readonly #way: TraceWay;
  #from = 0;
  #bytes: number[] = [];
  #at: number[] = [];
  #data: Uint8Array[] = [];
  #dataBytes = 0;
  #refused = 0;

  constructor(way: TraceWay) {
    this.#way = way;
  }

  /** `t` as in a record. True: it is time to `take`. */
  push({ bytes, data }: WitnessedFrame, t: number, accepted = true): boolean {
    if (this.#bytes.length === 0) this.#from = t;
    this.#bytes.push(bytes);
    this.#at.push(t - this.#from);
    if (!accepted) this.#refused++;
    if (data) {
      this.#data.push(data);
      this.#dataBytes += bytes;
    }
    return this.#bytes.length >= maxFrames || this.#dataBytes >= maxDataBytes;
  }

  /** What was collected, and begins anew. */
  take(): TraceRecord | undefined {
    if (this.#bytes.length === 0) return undefined;
    const entry: TraceEntry = {
      type: "frames",
      way: this.#way,
      bytes: this.#bytes,
      at: this.#at,
      ...(this.#refused > 0 && { refused: this.#refused }),
      ...(this.#data.length > 0 && { data: base64(this.#data) }),
    };
    this.#bytes = [];
    this.#at = [];
    this.#data = [];
    this.#dataBytes = 0;
    this.#refused = 0;
    return { t: this.#from, ...entry };
  }
}

function base64(parts: readonly Uint8Array[]): string {
  const pieces: string[] = [];
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 8192) pieces.push(String.fromCharCode(...part.subarray(at, at + 8192)));
  }
  return btoa(pieces.join(""));
}
