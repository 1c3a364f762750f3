import { resolve } from "node:path";
import { build } from "esbuild";
import type { Plugin } from "vite";

const root = resolve(import.meta.dirname, "../..");

/** Paths from the root of the repository. One build for all: what two of them need is the same module in both. */
const entries = [
  "lib/index.ts",
  "lib/audio/index.ts",
  "lib/audio/mixer-node.ts",
  "lib/ui/define.ts",
  "lib/ui/voice-replay/voice-replay.ts",
  "demo/site/main.ts",
];

/** Where the server has the bundle of an entry. */
export const bundleOf = (entry: string): string => `/bundled/${entry.replace(/\.ts$/, ".js")}`;

/**
 * Serves each entry and all it needs as a few files, and gives them to the pages that are asked for with `?bundled`: hundreds of requests are
 * most of the work of a page that is opened for a second. Made at the first request and kept while the server runs.
 */
export function bundles(): Plugin {
  let made: Promise<Map<string, Uint8Array>> | undefined;
  return {
    name: "bundles",
    apply: "serve",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? "/", "http://localhost");
        if (!pathname.startsWith("/bundled/")) return next();
        made ??= bundle();
        made.then((files) => {
          const file = files.get(pathname);
          response.writeHead(file ? 200 : 404, { "content-type": "text/javascript" }).end(file);
        }, next);
      });
    },
    transformIndexHtml: {
      order: "pre",
      handler: (html, { path, originalUrl }) => {
        if (!/[?&]bundled\b/.test(originalUrl ?? "")) return html;
        return html.replace(/<script type="module" src="([^"]+)"/g, (tag, src: string) => {
          const entry = `demo${new URL(src, `http://localhost${path}`).pathname}`;
          return entries.includes(entry) ? `<script vite-ignore type="module" src="${bundleOf(entry)}"` : tag;
        });
      },
    },
  };
}

async function bundle(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outbase: root,
    outdir: resolve(root, "bundled"),
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    define: { "import.meta.env.PROD": "false" },
    logLevel: "warning",
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(root.length), contents]));
}
