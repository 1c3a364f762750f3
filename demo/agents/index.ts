import type { Agent } from "./agent.ts";
import { echo } from "./echo.ts";
import { ivr } from "./ivr.ts";
import { talker } from "./talker.ts";

export type { Agent } from "./agent.ts";

/** By the name they are dialled with. */
export const agents: Readonly<Record<string, Agent>> = { echo, ivr, talker };
