// `npm run test:consumers`: bundles test/consumers/main.ts to build/consumers/main.mjs and runs it; --help tells the options.
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
const outfile = join(root, "build/consumers/main.mjs");
await build({
  entryPoints: [join(import.meta.dirname, "main.ts")],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  logLevel: "warning",
  plugins: [sourceFolders],
});
await import(pathToFileURL(outfile).href);
