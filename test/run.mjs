// `npm test`: types, lint and sizes, unit tests, browser tests. Stops at the first that fails.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { ensureTools } from "./tools.mjs";

const bin = (name) => resolve(import.meta.dirname, "../node_modules/.bin", name);
const steps = [
  ["assets", "npm", ["run", "-s", "build:assets"]],
  ["types, lint, package", process.execPath, ["test/check.mjs"]],
  ["unit tests", bin("vitest"), ["run"]],
  ["browser tests", bin("playwright"), ["test"]],
];

try {
  ensureTools(["chromium", "espeak-ng", "ffmpeg"]);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const startedMs = Date.now();
for (const [name, command, words] of steps) {
  const stepMs = Date.now();
  console.log(`\n── ${name}`);
  const { status } = spawnSync(command, words, { stdio: "inherit" });
  if (status !== 0) {
    console.error(`\n${name}: failed (${command} ${words.join(" ")})`);
    process.exit(status ?? 1);
  }
  console.log(`── ${name}: ok in ${((Date.now() - stepMs) / 1000).toFixed(0)} s`);
}
console.log(`\nall green in ${((Date.now() - startedMs) / 1000).toFixed(0)} s`);
