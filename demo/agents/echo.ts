import type { Agent } from "./agent.ts";

/** Sends back every frame as it came. */
export const echo: Agent = async (call) => {
  for await (const frame of call.audio) call.output.send(frame);
};
