import type { FrameEnd } from "./frame-pipe.ts";
import { createRingBuffer } from "./shared-ring.ts";

export interface FramePipe {
  /** For the one `FrameWriter`. */
  readonly tx: FrameEnd;
  /** For the one `FrameReader`. */
  readonly rx: FrameEnd;
}

export interface FramePipeOptions {
  /** A SharedArrayBuffer ring (see `canShareFrames`) instead of a MessagePort. */
  readonly shared: boolean;
  /** How much may wait between writer and reader. A ring rounds up to a power of two and spends 16–31 bytes of it per frame. */
  readonly capacityBytes: number;
}

/** Makes a pipe. Any thread with `MessageChannel` (not an AudioWorkletGlobalScope); the ends are then posted to their threads. */
export function createFramePipe(options: FramePipeOptions): FramePipe {
  const { shared, capacityBytes } = options;
  if (shared) {
    const buffer = createRingBuffer(capacityBytes);
    return { tx: { kind: "shared", buffer }, rx: { kind: "shared", buffer } };
  }
  const { port1, port2 } = new MessageChannel();
  return { tx: { kind: "port", port: port1, capacityBytes }, rx: { kind: "port", port: port2, capacityBytes } };
}

/** True where a SharedArrayBuffer can be posted to a Worker and to a worklet: a cross-origin isolated page. */
export function canShareFrames(): boolean {
  const scope = globalThis as { crossOriginIsolated?: boolean };
  return scope.crossOriginIsolated === true && typeof SharedArrayBuffer === "function";
}
