/** The one file for a script tag: registers the elements and puts everything public on `globalThis.voicebridge`. */
export * from "../index.ts";
export * from "./define.ts";
