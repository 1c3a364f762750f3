import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Agent } from "../agent.ts";
import type { RouteTable } from "../route.ts";
import { CommandError } from "./command.ts";

/** Sends back what it hears. */
export const echo: Agent = (call) => call.audio.each((frame) => call.output.send(frame));

/** The demo agents lie beside the command line in the package. Their texts and prompts are large: they are loaded when they are served. */
const demoAgents = new URL("./agents/index.js", import.meta.url);

/** Agents by name: of a module that was named, or the demo agents of the package. Throws `CommandError`. */
export async function loadAgents(module: string | undefined): Promise<RouteTable> {
  if (module === undefined) {
    if (!existsSync(demoAgents)) return { echo };
    return tableOf(await import(demoAgents.href), "the demo agents");
  }
  const file = resolve(module);
  if (!existsSync(file)) throw new CommandError(`${module} is not there.`);
  try {
    return tableOf(await import(pathToFileURL(file).href), module);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const typescript = /\.[mc]?ts$/.test(file) ? " This Node may not run TypeScript: compile it first." : "";
    throw new CommandError(`${module} cannot be loaded: ${(error as Error).message}${typescript}`, { cause: error });
  }
}

function tableOf(module: unknown, name: string): RouteTable {
  const { agents, default: whole } = module as { agents?: unknown; default?: unknown };
  const given = agents ?? whole;
  if (typeof given === "function") return { "*": given as Agent };
  const entries = typeof given === "object" && given !== null ? Object.entries(given) : [];
  if (entries.length > 0 && entries.every(([, agent]) => typeof agent === "function")) return given as RouteTable;
  throw new CommandError(`${name} must export agents: an object of async functions by name, or one as its default.`);
}
