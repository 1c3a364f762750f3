import type { IncomingMessage, ServerResponse } from "node:http";
import type { HubStats } from "./hub-options.ts";

/** Answers `/healthz` (503 as soon as nobody is let in), and `/stats` where that is wanted. False: it is another page. */
export function answerHubStatus(
  stats: () => HubStats,
  withStats: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const path = (request.url ?? "/").split("?")[0];
  if (!/^(GET|HEAD)$/.test(request.method ?? "")) return false;
  if (path !== "/healthz" && !(path === "/stats" && withStats)) return false;
  const all = stats();
  const open = all.state === "open";
  const health = { status: open ? "ok" : all.state, clients: all.now.clients };
  response.writeHead(path === "/healthz" && !open ? 503 : 200, {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
  });
  response.end(request.method === "HEAD" ? undefined : JSON.stringify(path === "/healthz" ? health : all));
  return true;
}
