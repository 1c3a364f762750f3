// `npm run check`: types, lint with import rules, the package as its users resolve it, and the size budgets.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { apiModel } from "../demo/generate/api-model.mjs";
import { templateMinifier } from "../lib/minify-templates.mjs";

const root = resolve(import.meta.dirname, "..");
process.chdir(root);
let failed = false;

const run = promisify(execFile);

async function step(name, command, ...words) {
  try {
    await run(command, words, { maxBuffer: 2 ** 26 });
    console.log(`ok    ${name}`);
  } catch ({ stdout, stderr }) {
    failed = true;
    console.error(`FAIL  ${name}: ${command} ${words.join(" ")}\n${stdout}${stderr}`);
  }
}

const bin = (name) => resolve(root, "node_modules/.bin", name);

async function sources() {
  for (const project of [
    "tsconfig.json",
    "worklets",
    "lib/transport/worker.tsconfig.json",
    "lib/node",
    "lib/testing/node",
    "lib/react",
    "test",
  ])
    await step(`types ${project}`, bin("tsc"), "-p", project);
  await step("lint and import rules", bin("biome"), "ci", "--colors=off", "--error-on-warnings", ".");
}

async function packed() {
  await step("build", process.execPath, "lib/build.mjs");
  const { name, version } = JSON.parse(readFileSync("package.json", "utf8"));
  const tarball = `build/${name}-${version}.tgz`;
  await step("pack", "npm", "pack", "--silent", "--pack-destination", "build");
  await step("publint", bin("publint"), "run", tarball, "--strict");
  await step(
    "are the types wrong",
    bin("attw"),
    ...[tarball, "--profile", "esm-only", "--quiet"],
    "--exclude-entrypoints",
    ...["core.wasm", "signals.wasm", "worklet", "mixer-worklet", "worker", "iife"],
    ...["custom-elements.json", "web-types.json", "integrity.json"],
  );
}

/** What the API reference shows of a public entry has to say what it is. */
async function documented() {
  const silent = (await apiModel(root)).flatMap(({ name, exports }) =>
    exports.filter(({ doc }) => doc === "").map((item) => `  ${item.name} of ${name} (${item.kind})`),
  );
  if (silent.length === 0) return console.log("ok    docstrings of public exports");
  failed = true;
  console.error(`FAIL  docstrings: write /** … */ above each of these exports\n${silent.join("\n")}`);
}

await Promise.all([sources(), packed(), documented()]);

// ── sizes: what a page must load, minified and gzipped, with everything it needs (Lit included)
const withoutAssets = {
  name: "without-inlined-assets",
  setup(context) {
    const contents =
      'export const coreWasmBase64 = "", signalsWasmBase64 = "", workletSource = "", mixerWorkletSource = "", socketWorkerSource = "";';
    context.onLoad({ filter: /(core-wasm|signals-wasm|mixer-worklet|worklet|socket-worker)\.generated\.ts$/ }, () => ({
      contents,
      loader: "ts",
    }));
  },
};

// What is loaded when it is needed (languages, panels, the socket on this thread) is no part of it.
const loadedLater = {
  name: "loaded-later",
  setup(context) {
    context.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    );
  },
};

async function bundledBytes(name, contents, plugins) {
  const outfile = `build/size/${name}.js`;
  await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    ...{
      plugins: [...plugins, templateMinifier],
      outfile,
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      tsconfig: "tsconfig.json",
      logLevel: "error",
    },
  });
  return gzipBytes(outfile);
}

const gzipBytes = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
const rows = [
  [
    "session and WebSocket transport (assets apart)",
    await bundledBytes("session", 'export { Session, connectWebSocket } from "voicebridge";', [
      withoutAssets,
      loadedLater,
    ]),
    20,
  ],
  [
    "headless Call (assets apart)",
    await bundledBytes("call", 'export { Call } from "voicebridge";', [withoutAssets, loadedLater]),
    27,
  ],
  [
    "<voice-call> with Lit (assets apart)",
    await bundledBytes("elements", 'import "voicebridge/elements";', [withoutAssets, loadedLater]),
    45,
  ],
  ["worklet + wasm", gzipBytes("build/worklet.js") + gzipBytes("build/core.wasm"), 20],
  ["socket worker", gzipBytes("build/worker.js"), 5],
  ["everything in one file, assets inlined", await bundledBytes("whole", 'import "voicebridge/elements";', []), 106],
];
for (const [name, bytes, budgetKb] of rows) {
  const over = bytes > budgetKb * 1024;
  failed ||= over;
  console.log(`${over ? "OVER " : "size "} ${(bytes / 1024).toFixed(1).padStart(5)} of ${budgetKb} KB gzip  ${name}`);
}
process.exit(failed ? 1 : 0);
