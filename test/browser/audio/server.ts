import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const root = resolve(here, "../../..");

export interface TestServer {
  /** `http://localhost:port`. */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Serves the page of these tests, with what the query asks for: `isolated` (COOP and COEP), `csp=…` (that policy), `nomic`
 * (Permissions-Policy without microphone), `frame=1` (the page inside an iframe of another origin, without `allow`).
 */
export async function startServer(): Promise<TestServer> {
  const bundle = async (entry: string) => {
    const { outputFiles } = await build({
      entryPoints: [resolve(here, entry)],
      bundle: true,
      format: "iife",
      target: "es2022",
      tsconfig: resolve(root, "tsconfig.json"),
      write: false,
      logLevel: "error",
    });
    return outputFiles[0]!.contents;
  };
  const script = "text/javascript";
  const files: Record<string, { type: string; body: Uint8Array }> = {
    "/page.js": { type: script, body: await bundle("page.ts") },
    "/worker.js": { type: script, body: await bundle("loop-worker.ts") },
    "/worklet.js": { type: script, body: readFileSync(resolve(root, "build/worklet.js")) },
    "/mixer-worklet.js": { type: script, body: readFileSync(resolve(root, "build/mixer-worklet.js")) },
    "/signals.wasm": { type: "application/wasm", body: readFileSync(resolve(root, "build/signals.wasm")) },
    "/core.wasm": { type: "application/wasm", body: readFileSync(resolve(root, "build/core.wasm")) },
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const file = files[pathname];
    if (file) return void response.writeHead(200, { "content-type": file.type, ...isolation }).end(file.body);
    if (pathname !== "/") return void response.writeHead(404).end();
    response.setHeader("content-type", "text/html");
    const csp = searchParams.get("csp");
    if (csp) response.setHeader("content-security-policy", csp);
    if (searchParams.has("nomic")) response.setHeader("permissions-policy", "microphone=()");
    if (searchParams.has("isolated"))
      for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
    const inner = searchParams.has("frame")
      ? `<iframe src="http://127.0.0.1:${(server.address() as AddressInfo).port}/"></iframe>`
      : `<button>start</button><script src="/page.js"></script>`;
    response.end(`<!doctype html><html lang="en"><title>audio</title><link rel="icon" href="data:,">${inner}</html>`);
  });
  await new Promise<void>((done) => server.listen(0, done));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};
