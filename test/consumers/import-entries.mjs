// Imports every entry of the package in plain Node, where there is no page: nothing may need one, and nothing may be left behind.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const { resolve } = createRequire(join(process.cwd(), "anywhere.js"));
const packageFile = resolve("voicebridge/package.json");
const { exports } = JSON.parse(readFileSync(packageFile, "utf8"));
const elements = readdirSync(join(dirname(packageFile), "dist/elements"), "utf8").map((file) =>
  file.replace(".js", ""),
);
/** Assets are not modules of this thread. */
const modules = Object.entries(exports).filter(([, target]) => typeof target !== "string");
const names = modules.flatMap(([entry]) =>
  entry.includes("*") ? elements.map((element) => entry.replace("*", element)) : [entry],
);

assert.equal(typeof globalThis.document, "undefined");
const before = new Set(Object.getOwnPropertyNames(globalThis));
for (const name of names) {
  const entry = `voicebridge${name.slice(1)}`;
  await import(entry).catch((cause) => {
    throw new Error(`${entry} cannot be imported in plain Node: ${cause.message}`, { cause });
  });
}
/** Lit's own, for rendering on a server. */
const ofLit = /^(lit|reactiveElement|customElements$)/;
const left = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
assert.deepEqual(
  left.filter((name) => !ofLit.test(name)),
  [],
  "globals that an entry made",
);
console.log(`${names.length} entries import in plain Node ${process.versions.node}`);
