// After each install: the assets of the package, where your server finds them.
import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const to = process.argv[2] ?? "public/voicebridge";
mkdirSync(to, { recursive: true });
for (const [entry, file] of [
  ["worklet", "worklet.js"],
  ["worker", "worker.js"],
  ["core.wasm", "core.wasm"],
  ["iife", "voicebridge.iife.js"],
]) {
  copyFileSync(fileURLToPath(import.meta.resolve(`voicebridge/${entry}`)), `${to}/${file}`);
}
