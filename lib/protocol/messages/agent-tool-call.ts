import { event } from "../message.ts";
import { object, string } from "../shape.ts";

/** The agent uses a tool. What it asks and learns stays with the application. */
export const agentToolCall = event({ emittedBy: "application", data: object({ name: string }) });
