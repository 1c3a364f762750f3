/**
 * A frame pipe carries media frames one way from one thread to another: by transferred ArrayBuffers over a MessagePort, or through a
 * ring in a SharedArrayBuffer where the page is cross-origin isolated. Both have one writer and one reader, keep frame boundaries and
 * order, carry the time stamp of the writer with every frame, and count the same things.
 */

/** One end of a pipe: plain data that `postMessage` can carry (list `transferables(end)` as transfer). */
export type FrameEnd =
  | { readonly kind: "port"; readonly port: MessagePort }
  | { readonly kind: "shared"; readonly buffer: SharedArrayBuffer };
