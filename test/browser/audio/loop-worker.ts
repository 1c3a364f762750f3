/** The far end of a call in a Worker: keeps what the microphone sent, sends it back or sends what it is told. */
import { type FrameEnd, FrameReader, FrameWriter } from "../../../lib/frames/index.ts";

export type LoopRequest =
  | { readonly type: "connect"; readonly uplink: FrameEnd; readonly downlink: FrameEnd; readonly echo: boolean }
  | { readonly type: "send"; readonly bytes: Uint8Array; readonly frameBytes: number }
  | { readonly type: "report" };

/** Of the frames of the microphone, in order. */
export interface LoopReport {
  /** `Date.now()` here, when it came. */
  readonly at: number[];
  /** The stamp of the capture worklet. */
  readonly stamp: number[];
  readonly bytes: number[];
  /** Largest magnitude of its samples (L16). */
  readonly peak: number[];
  readonly sentFrames: number;
  readonly sentBytes: number;
  readonly droppedFrames: number;
}

const at: number[] = [];
const stamp: number[] = [];
const bytes: number[] = [];
const peak: number[] = [];
let writer: FrameWriter | undefined;

self.onmessage = ({ data }: MessageEvent<LoopRequest>) => {
  if (data.type === "connect") {
    writer = new FrameWriter(data.downlink);
    const { echo } = data;
    new FrameReader(data.uplink, (frame, atMs) => {
      at.push(Date.now());
      stamp.push(atMs);
      bytes.push(frame.length);
      const samples = new Int16Array(frame.slice().buffer);
      peak.push(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
      if (echo) writer?.write(frame, Date.now());
    }).listen();
    self.postMessage("connected");
  } else if (data.type === "send") {
    for (let from = 0; from < data.bytes.length; from += data.frameBytes) {
      writer?.write(data.bytes.subarray(from, from + data.frameBytes), Date.now());
    }
    self.postMessage("sent");
  } else {
    const { frames = 0, bytes: sentBytes = 0, droppedFrames = 0 } = writer?.counters ?? {};
    self.postMessage({ at, stamp, bytes, peak, sentFrames: frames, sentBytes, droppedFrames } satisfies LoopReport);
  }
};
