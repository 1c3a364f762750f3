// `npm test`: types, lint and sizes, unit tests, browser tests. Stops at the first that fails.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { ensureTools } from "./tools.mjs";

const bin = (name) => resolve(import.meta.dirname, "../node_modules/.bin", name);
/** The commands of a step run at the same time. */
const steps = [
  [
    "assets",
    ["npm", "run", "-s", "build:assets"],
    [process.execPath, resolve(import.meta.dirname, "unit/wasm/entry-bytes.mjs")],
  ],
  ["types, lint, package", [process.execPath, "test/check.mjs"]],
  ["unit tests", [bin("vitest"), "run"]],
  ["browser tests", [bin("playwright"), "test"]],
];

async function failed([command, ...words]) {
  const [status] = await once(spawn(command, words, { stdio: "inherit" }), "exit");
  if (status !== 0) console.error(`\nfailed: ${command} ${words.join(" ")}`);
  return status !== 0;
}

try {
  ensureTools(["chromium", "espeak-ng", "ffmpeg"]);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const startedMs = Date.now();
for (const [name, ...commands] of steps) {
  const stepMs = Date.now();
  console.log(`\n── ${name}`);
  if ((await Promise.all(commands.map(failed))).includes(true)) process.exit(1);
  console.log(`── ${name}: ok in ${((Date.now() - stepMs) / 1000).toFixed(0)} s`);
}
console.log(`\nall green in ${((Date.now() - startedMs) / 1000).toFixed(0)} s`);
