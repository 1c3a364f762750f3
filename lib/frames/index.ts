export * from "./create-frame-pipe.ts";
export { type FrameCounters, type FrameEnd, type FramePort, transferables } from "./frame-pipe.ts";
export * from "./frame-reader.ts";
export * from "./frame-writer.ts";
