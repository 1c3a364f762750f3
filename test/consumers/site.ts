import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { createVoiceServer } from "../../lib/node/index.ts";

/** The policy of a page that is strict and still may call: what the documentation tells people to write. */
export const strictPolicy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' ws:";

/** Policies by the first segment of the path; `open` has none. The others lack what their name says. */
export const policies: Readonly<Record<string, string | undefined>> = {
  open: undefined,
  strict: strictPolicy,
  "no-wasm": strictPolicy.replace(" 'wasm-unsafe-eval'", ""),
  "no-worker": strictPolicy.replace("worker-src 'self'", "worker-src 'none'"),
  "no-connect": strictPolicy.replace("connect-src 'self' ws:", "connect-src 'none'"),
  "no-socket": strictPolicy.replace("connect-src 'self' ws:", "connect-src 'self'"),
};

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

export interface SiteOptions {
  /** Served at `/<policy>/<name>/`. */
  readonly folders: Readonly<Record<string, string>>;
  /** Of the package that is tried. */
  readonly createVoiceServer: typeof createVoiceServer;
}

export interface Site {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** A static server of built pages, every answer under the policy its path names; an echo agent answers at `/echo` of the same origin. */
export async function openSite({ folders, createVoiceServer }: SiteOptions): Promise<Site> {
  const server = createServer(async (request, response) => {
    const { policy, file } = locate(request, folders);
    const contents = file === undefined ? undefined : await readFile(file).catch(() => undefined);
    if (policy !== undefined) response.setHeader("Content-Security-Policy", policy);
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("Content-Type", types[extname(file ?? "")] ?? "application/octet-stream");
    response.writeHead(contents ? 200 : 404).end(contents ?? "");
  });
  const voice = createVoiceServer({
    server,
    path: "/echo",
    allowedOrigins: "*",
    onCall: async (call) => {
      for await (const frame of call.audio) call.output.send(frame);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    close: async () => {
      await voice.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function locate(request: IncomingMessage, folders: SiteOptions["folders"]) {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const [, policyName = "", name = "", ...rest] = normalize(decodeURIComponent(pathname)).split("/");
  const folder = folders[name];
  const file = rest.join("/") || "index.html";
  return {
    policy: policies[policyName],
    file: folder === undefined || rest.includes("..") ? undefined : join(folder, file),
  };
}
