/**
 * A frame pipe carries media frames one way from one thread to another: by transferred ArrayBuffers over a MessagePort, or through a
 * ring in a SharedArrayBuffer where the page is cross-origin isolated. Both have one writer and one reader, keep frame boundaries and
 * order, carry the time stamp of the writer with every frame, are bounded by `capacityBytes`, and count the same things.
 *
 * Stamps are `Date.now()` of the writing thread: the one clock that the page, a Worker and an AudioWorkletGlobalScope share.
 */

/** `MessagePort`, in whichever of the browser's, the worklet's or Node's type libraries is in force. */
export type FramePort = InstanceType<typeof MessagePort>;

/** One end of a pipe: plain data that `postMessage` can carry (list `transferables(end)` as transfer). */
export type FrameEnd =
  | { readonly kind: "port"; readonly port: FramePort; readonly capacityBytes: number }
  | { readonly kind: "shared"; readonly buffer: SharedArrayBuffer };

/** What a writer or a reader has seen so far. Bytes are frame bytes, without headers. */
export interface FrameCounters {
  /** Written by this writer, or handed on by this reader. */
  frames: number;
  bytes: number;
  /** Refused: the pipe was full or the frame larger than the pipe. A writer's figure; 0 at a reader. */
  droppedFrames: number;
  droppedBytes: number;
}

/** What must be listed as transfer when `end` is posted to its thread. */
export function transferables(end: FrameEnd): FramePort[] {
  return end.kind === "port" ? [end.port] : [];
}

/** Port messages to the reader are one ArrayBuffer each: the stamp (f64, the machine's byte order), then the frame. */
export const PORT_HEADER_BYTES = 8;

/** The part of a MessagePort that pipes use; `onmessage` also starts the port. */
export interface RawPort {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  close(): void;
}

export function rawPort(port: FramePort): RawPort {
  return port as unknown as RawPort;
}
