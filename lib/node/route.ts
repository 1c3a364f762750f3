import type { Agent } from "./agent.ts";
import { OptionError } from "./check-options.ts";
import type { VoiceSession } from "./voice-session.ts";

/**
 * Who answers what. A key that begins with `/` is a path, or a folder where it ends in `/`; another one is the `application.id` the call asks for;
 * `*` answers the rest.
 */
export type RouteTable = Readonly<Record<string, Agent>>;

/** What `route` makes of a table: an agent that hands each call on by the path of its address. */
export interface RoutedAgent {
  (call: VoiceSession): unknown;
  /** Whether a call to this path may find somebody: give it to the server as `path`, so that others are refused with 404. */
  readonly serves: (path: string) => boolean;
}

/** One agent made of many: by exact path, then by the longest folder, then by application, then `*`. A call for nobody is hung up. Throws `OptionError`. */
export function route(table: RouteTable): RoutedAgent {
  const isTable = typeof table === "object" && table !== null;
  if (!isTable || !Object.values(table).every((agent) => typeof agent === "function"))
    throw new OptionError("table", "route: each entry is an agent, a function.");
  const agents = new Map(Object.entries(table));
  const folders = [...agents.keys()]
    .filter((key) => key.startsWith("/") && key.endsWith("/"))
    .sort((a, b) => b.length - a.length);
  const byPath = (path: string): Agent | undefined => {
    const key = path.startsWith("/") && agents.has(path) ? path : folders.find((folder) => path.startsWith(folder));
    return key === undefined ? undefined : agents.get(key);
  };
  const anyPath = [...agents.keys()].some((key) => !key.startsWith("/"));
  const byApplication = (id: string): Agent | undefined => (id.startsWith("/") ? undefined : agents.get(id));
  const answer = (call: VoiceSession): unknown => {
    const agent = byPath(call.request?.path ?? "") ?? byApplication(call.application.id) ?? agents.get("*");
    return agent ? agent(call) : call.hangUp("no such agent");
  };
  return Object.assign(answer, { serves: (path: string) => anyPath || byPath(path) !== undefined });
}
