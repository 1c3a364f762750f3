import type { Server } from "node:http";
import { createHub, type Hub, jsonLogger } from "voicebridge/node";

/** Lets people who have the demo open call each other, under any id: for one machine, or for people who trust each other. */
export function attachHub(server: Server, { path }: { readonly path: string }): Hub {
  return createHub({ server, path, allowedOrigins: "same-host", maxClients: 200, logger: jsonLogger("warn") });
}
