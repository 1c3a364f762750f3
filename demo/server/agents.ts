import type { Server } from "node:http";
import { createVoiceServer, jsonLogger, UpgradeRefusedError, type VoiceServer } from "voicebridge/node";
import { agents } from "../agents/index.ts";

export interface AttachOptions {
  /** Agents answer at `<basePath>/<name>`; at `<basePath>` itself the application that the call asks for does. */
  readonly basePath: string;
}

/** Lets the demo agents answer on a server that serves the demo page. Pages of the same host may call, and programs. */
export function attachAgents(server: Server, { basePath }: AttachOptions): VoiceServer {
  const nameIn = (path: string): string => path.slice(basePath.length + 1);
  return createVoiceServer({
    server,
    path: (path) => path === basePath || path.startsWith(`${basePath}/`),
    allowedOrigins: "same-host",
    maxSessions: 50,
    profiles: ["rtvbp.v1", "rtvbp.webrtc.v1"],
    logger: jsonLogger("warn"),
    authorize: ({ path }) => {
      const name = nameIn(path);
      if (name !== "" && !Object.hasOwn(agents, name))
        throw new UpgradeRefusedError(404, `There is no agent "${name}".`);
      return true;
    },
    onCall: (call) => {
      const name = nameIn(call.request?.path ?? "") || call.application.id;
      const agent = Object.hasOwn(agents, name) ? agents[name] : undefined;
      return agent ? agent(call) : call.hangUp("no such agent");
    },
  });
}
