// `npm run test:consumers`: bundles test/consumers/main.ts, and the thread it starts, to build/consumers and runs it; --help tells the options.
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { ensureTools } from "../tools.mjs";

const root = resolve(import.meta.dirname, "../..");
if (!process.argv.includes("--help")) {
  try {
    ensureTools(["chromium", "espeak-ng"]);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

/** A bundle lies elsewhere than its sources, which find their neighbours by import.meta.dirname. */
const sourceFolders = {
  name: "source-folders",
  setup(context) {
    context.onLoad({ filter: /\/test\/.*\.m?ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: text.replaceAll("import.meta.dirname", JSON.stringify(dirname(path))), loader: "ts" };
    });
  },
};
const outdir = join(root, "build/consumers");
await build({
  entryPoints: ["main.ts", "hearing-worker.ts"].map((file) => join(import.meta.dirname, file)),
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  logLevel: "warning",
  plugins: [sourceFolders],
});
await import(pathToFileURL(join(outdir, "main.mjs")).href);
