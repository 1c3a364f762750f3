export * from "./frame-pipe.ts";
