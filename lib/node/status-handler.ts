import type { IncomingMessage, ServerResponse } from "node:http";
import { takeLoopDelay } from "./loop-delay.ts";
import { metricsContentType, metricsText } from "./metrics-text.ts";
import type { VoiceServer } from "./voice-server.ts";

/** Of `createStatusHandler`: where its pages are, and who may see them. */
export interface StatusOptions {
  /** Default `/healthz`, `/stats` and `/metrics`. */
  readonly paths?: Partial<Readonly<Record<StatusPage, string>>>;
  /** Who may see `/stats` and `/metrics`. Default: everybody who can reach them. `/healthz` tells next to nothing, to everybody. */
  readonly authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;
  /** Leaves out `/stats` and `/metrics`. */
  readonly healthOnly?: boolean;
}

/** `health`: whether new calls are taken. `stats`: JSON. `metrics`: Prometheus text. */
export type StatusPage = "health" | "stats" | "metrics";

/** True: the request is, or is about to be, answered. Otherwise `next` is called, where there is one. */
export type StatusHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => boolean;

/**
 * Answers `/healthz` (503 as soon as no new calls are taken), `/stats` (JSON) and `/metrics` (Prometheus text) behind a server you have: in a
 * request listener, as a middleware of Express, or from a route of Fastify with `reply.hijack()`.
 */
export function createStatusHandler(server: VoiceServer, options: StatusOptions = {}): StatusHandler {
  const { health = "/healthz", stats = "/stats", metrics = "/metrics" } = options.paths ?? {};
  const pages: Readonly<Record<string, () => Page>> = {
    [health]: () => healthPage(server),
    ...(!options.healthOnly && { [stats]: () => statsPage(server), [metrics]: () => metricsPage(server) }),
  };
  return (request, response, next) => {
    const path = (request.url ?? "/").split("?")[0]!;
    const page = Object.hasOwn(pages, path) && /^(GET|HEAD)$/.test(request.method ?? "") ? pages[path] : undefined;
    if (!page) {
      next?.();
      return false;
    }
    const allowed = async () => path === health || (options.authorize?.(request) ?? true);
    void allowed()
      .then((yes) => (yes ? page() : { status: 403, type: "text/plain; charset=utf-8", body: "Not for you.\n" }))
      .catch(() => ({ status: 500, type: "text/plain; charset=utf-8", body: "It could not be checked who asks.\n" }))
      .then(({ status, type, body }: Page) => {
        response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" });
        response.end(request.method === "HEAD" ? undefined : body);
      });
    return true;
  };
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function json(value: unknown, status = 200): Page {
  return { status, type: "application/json", body: JSON.stringify(value) };
}

function healthPage(server: VoiceServer): Page {
  const open = server.state === "open";
  return json({ status: open ? "ok" : server.state, sessions: server.stats().sessions }, open ? 200 : 503);
}

function statsPage(server: VoiceServer): Page {
  const { rss } = process.memoryUsage();
  const own = { uptimeS: Math.round(process.uptime()), residentBytes: rss, loopDelayMs: takeLoopDelay() };
  return json({ ...server.stats(), process: own });
}

function metricsPage(server: VoiceServer): Page {
  const figures = { residentBytes: process.memoryUsage.rss(), loopDelayMs: takeLoopDelay() };
  return { status: 200, type: metricsContentType, body: metricsText(server.stats(), figures) };
}
