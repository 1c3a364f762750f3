// `npm run test:engines`: bundles test/engines/main.ts and its page, and runs it. Options go to it; --help tells them.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../..");
for (const script of ["wasm/build.mjs", "worklets/build.mjs", "lib/transport/build.mjs"]) {
  const { status } = spawnSync(process.execPath, [resolve(root, script)], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
const outdir = resolve(root, "build/engines");
const shared = { bundle: true, outdir, logLevel: "warning", tsconfig: resolve(root, "tsconfig.json") };
const entry = (name) => ({ [name]: resolve(import.meta.dirname, `${name}.ts`) });
await build({ ...shared, entryPoints: entry("page"), format: "iife", target: "es2022" });
await build({
  ...shared,
  entryPoints: entry("main"),
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  outExtension: { ".js": ".mjs" },
});
const main = resolve(outdir, "main.mjs");
process.argv = [process.execPath, main, ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
