// `node test/bench/run.mjs <bench> [options]`: bundles test/bench/<bench>/main.ts to build/bench/<bench>.mjs and runs it. Wasm, worklet and
// Worker are brought up to date first. Options go to the bench; --help tells them.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { ensureTools } from "../tools.mjs";

const root = resolve(import.meta.dirname, "../..");
const [name = "", ...words] = process.argv.slice(2);
const entry = join(import.meta.dirname, name, "main.ts");
if (!/^[a-z-]+$/.test(name) || !existsSync(entry)) {
  const benches = readdirSync(import.meta.dirname).filter((folder) =>
    existsSync(join(import.meta.dirname, folder, "main.ts")),
  );
  console.error(
    `usage: node test/bench/run.mjs <${benches.join("|")}> [options]; --help after the name tells the options`,
  );
  process.exit(2);
}

if (!words.includes("--help")) {
  try {
    ensureTools(["espeak-ng", "ffmpeg", "sox", ...(name === "call" ? ["chromium"] : [])]);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
// What it says goes to standard error: standard output belongs to the bench.
for (const script of ["wasm/build.mjs", "worklets/build.mjs", "lib/transport/build.mjs"]) {
  const { status } = spawnSync(process.execPath, [join(root, script)], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

/** A bundle lies elsewhere than its sources, which find their neighbours by import.meta.dirname. */
const sourceFolders = {
  name: "source-folders",
  setup(context) {
    context.onLoad({ filter: /\/(test|lib|wasm)\/.*\.m?ts$|\/wasm\/.*\.mjs$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: text.replaceAll("import.meta.dirname", JSON.stringify(dirname(path))), loader: "ts" };
    });
  },
};

const outfile = join(root, "build/bench", `${name}.mjs`);
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  sourcemap: "inline",
  logLevel: "warning",
  plugins: [sourceFolders],
});
process.argv = [process.execPath, outfile, ...words];
await import(pathToFileURL(outfile).href);
