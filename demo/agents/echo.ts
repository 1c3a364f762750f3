import type { Agent } from "./agent.ts";

/** Sends back every frame as it came. */
export const echo: Agent = (call) => call.audio.each((frame) => call.output.send(frame));
