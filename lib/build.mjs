// Builds dist/: ESM entries, the script-tag bundle, assets for strict hosting, types and the custom-elements manifest.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");
const dist = resolve(root, "dist");
const lib = (path) => resolve(root, "lib", path);

const elements = readdirSync(lib("ui"))
  .filter((folder) => existsSync(lib(`ui/${folder}/${folder}.ts`)))
  .map((folder) => [`elements/${folder}`, lib(`ui/${folder}/${folder}.ts`)]);

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  outdir: dist,
  logLevel: "warning",
  tsconfig: resolve(root, "tsconfig.json"),
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
await build({
  ...shared,
  entryPoints: Object.fromEntries([["index", lib("index.ts")], ["elements", lib("ui/define.ts")], ...elements]),
  chunkNames: "chunks/[hash]",
  splitting: true,
  platform: "browser",
  external: ["lit", "lit/*"],
});
for (const [name, entry] of [
  ["node", "node/index.ts"],
  ["testing", "testing/index.ts"],
]) {
  if (existsSync(lib(entry)))
    await build({ ...shared, entryPoints: { [name]: lib(entry) }, platform: "node", packages: "external" });
}
await build({
  ...shared,
  entryPoints: { "voicebridge.iife": lib("ui/script-tag.ts") },
  format: "iife",
  globalName: "voicebridge",
  platform: "browser",
  minify: true,
});
const assets = ["worklet.js", "worker.js", "core.wasm", "signals.wasm"];
for (const file of assets) copyFileSync(resolve(root, "build", file), resolve(dist, file));

run("npx", ["tsc", "-p", "tsconfig.types.json"]);
run("npx", ["cem", "analyze", "--litelement", "--globs", "lib/ui/**/*.ts", "--outdir", "dist", "--quiet"]);

const scripts = ["voicebridge.iife.js", ...assets];
const integrity = Object.fromEntries(
  scripts.map((file) => [
    file,
    `sha384-${createHash("sha384")
      .update(readFileSync(resolve(dist, file)))
      .digest("base64")}`,
  ]),
);
writeFileSync(resolve(dist, "integrity.json"), `${JSON.stringify(integrity, null, 2)}\n`);
for (const file of ["index.js", "elements.js", "node.js", "testing.js", ...scripts].filter((file) =>
  existsSync(resolve(dist, file)),
)) {
  console.log(
    `${`dist/${file}`.padEnd(28)} ${(gzipSync(readFileSync(resolve(dist, file)), { level: 9 }).length / 1024).toFixed(1).padStart(6)} KB gzip`,
  );
}

function run(command, words) {
  const { status } = spawnSync(command, words, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
