export { AudioError, type MicrophoneOptions } from "./audio/index.ts";
export * from "./call/index.ts";
export * from "./protocol/index.ts";
export * from "./session/index.ts";
export * from "./transport/index.ts";
