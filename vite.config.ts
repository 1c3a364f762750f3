import { readdirSync, readFileSync } from "node:fs";
import { Server } from "node:http";
import { resolve } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { bundles } from "./demo/generate/bundles.ts";
import { site } from "./demo/generate/site.ts";

const from = (path: string) => resolve(import.meta.dirname, path);

/** Pages asked for with `?isolated` are cross-origin isolated, so that both frame links (shared memory and message port) can be tried. */
const isolation: Plugin = {
  name: "cross-origin-isolation",
  configureServer(server) {
    server.middlewares.use((request, response, next) => {
      const page = `${request.url} ${request.headers.referer ?? ""}`;
      if (/[?&]isolated\b/.test(page)) {
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
      }
      next();
    });
  },
};

const unitTests = readdirSync(from("test/unit"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => `test/unit/${file}`);
/** They replace clocks or globals, or count what their process holds: each has one of its own. */
const ofTheirOwn = unitTests.filter((file) =>
  /useFakeTimers|stubGlobal|vi\.mock\(|spyOn\(process|process\.on\(|process\.env\[[^\]]+\] =|heapUsed|memoryUsage/.test(
    readFileSync(from(file), "utf8"),
  ),
);
/** What the guides say is compiled and run, proxies included: part of `npm run test:long`. */
const documents = process.env["TEST_LONG"] ? [] : ["test/unit/{docs,demo}/**"];

/** On the page's own origin the demo agents answer at `/rtvbp/<agent>`, and people find each other at `/hub`. */
const servers: Plugin = {
  name: "voicebridge-servers",
  apply: "serve",
  async configureServer(server) {
    const { httpServer } = server;
    if (!(httpServer instanceof Server) || process.env["VITEST"]) return;
    const agents = await server.ssrLoadModule(from("demo/server/agents.ts"));
    (agents as typeof import("./demo/server/agents.ts")).attachAgents(httpServer, { basePath: "/rtvbp" });
    const hub = await server.ssrLoadModule(from("demo/server/hub.ts"));
    (hub as typeof import("./demo/server/hub.ts")).attachHub(httpServer, { path: "/hub" });
  },
};

export default defineConfig({
  root: from("demo"),
  cacheDir: from("build/vite"),
  clearScreen: false,
  appType: "mpa",
  resolve: {
    alias: [
      { find: /^voicebridge$/, replacement: from("lib/index.ts") },
      { find: /^voicebridge\/elements$/, replacement: from("lib/ui/define.ts") },
      { find: /^voicebridge\/react$/, replacement: from("lib/react/index.ts") },
      { find: /^voicebridge\/elements\/(voice-[a-z-]+)$/, replacement: from("lib/ui/$1/$1.ts") },
      { find: /^voicebridge\/node$/, replacement: from("lib/node/index.ts") },
      { find: /^voicebridge\/testing$/, replacement: from("lib/testing/index.ts") },
      { find: /^voicebridge\/testing\/node$/, replacement: from("lib/testing/node/index.ts") },
    ],
  },
  server: {
    host: "localhost",
    port: Number(process.env["PORT"] ?? 5173),
    strictPort: true,
    watch: process.env["CI"] ? null : {},
    fs: { allow: [from(".")] },
  },
  build: { outDir: from("build/site/pages"), emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
  // All that any page needs is prepared at the start: what is found later makes the page load again.
  optimizeDeps: {
    entries: ["*.html", "site/**/*.ts", "recipes/*/main.{ts,tsx}"],
    include: ["react", "react-dom/client", "react/jsx-dev-runtime"],
  },
  plugins: [
    isolation,
    servers,
    bundles(),
    site({ manifest: async () => (await import("./lib/manifest.mjs")).makeManifest(from(".")) }),
  ],
  test: {
    root: from("."),
    environment: "node",
    // They catch what hangs: no test is judged by how long a state takes to come.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    pool: "forks",
    execArgv: ["--max-semi-space-size=64"], // MiB: tests that compute make much that is soon gone
    maxWorkers: 4, // many of them wait
    projects: [
      {
        extends: true,
        // They share processes: wasm and the library are loaded once.
        test: { name: "together", include: unitTests, exclude: [...ofTheirOwn, ...documents], isolate: false },
      },
      { extends: true, test: { name: "apart", include: ofTheirOwn, exclude: documents } },
    ],
  },
});
