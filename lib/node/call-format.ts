import { type Codec, codecBytesPerSecond, codecFrameBytes } from "../protocol/index.ts";

/** The audio format of a call, in the units an agent counts in. */
export interface CallFormat {
  /** `L16/16000/1`, … */
  readonly id: string;
  readonly name: string;
  /** Audio samples per second. */
  readonly sampleRate: number;
  readonly bytesPerSecond: number;
  /** 20 ms. */
  readonly frameBytes: number;
  /** The least that can be sent: a sample of L16. */
  readonly unitBytes: number;
}

export function callFormat(codec: Codec): CallFormat {
  return {
    id: codec.id,
    name: codec.name,
    sampleRate: codec.sample_rate,
    bytesPerSecond: codecBytesPerSecond(codec),
    frameBytes: codecFrameBytes(codec),
    unitBytes: Math.max(1, codec.bit_depth / 8),
  };
}
