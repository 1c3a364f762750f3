// `npm run build:site`: the site as files in build/site/pages, for any static server, under a strict policy. Agents answer at /rtvbp of the same host.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "vite";

const root = resolve(import.meta.dirname, "..");
for (const step of ["wasm/build.mjs", "worklets/build.mjs", "lib/transport/build.mjs", "lib/react/build.mjs"]) {
  execFileSync(process.execPath, [resolve(root, step)], { cwd: root, stdio: "inherit" });
}
await build({ configFile: resolve(root, "vite.config.ts"), base: "./", logLevel: "warn" });
const folder = resolve(root, "build/site/pages/voicebridge");
mkdirSync(folder, { recursive: true });
for (const file of ["worklet.js", "worker.js", "core.wasm", "mixer-worklet.js", "signals.wasm"])
  copyFileSync(resolve(root, "build", file), resolve(folder, file));
console.log("build/site/pages");
