// Builds dist/: ESM entries, the bundles for a script tag, assets for strict hosting, types, the custom-elements manifest and what editors and
// frameworks read, and integrity hashes. Does nothing when neither the sources nor dist/ changed. Others may read dist/ meanwhile: the new one
// is put in place of the old one when it is whole.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { makeManifest, webTypes } from "./manifest.mjs";
import { templateMinifier } from "./minify-templates.mjs";
import { typings } from "./typings.mjs";

const root = resolve(import.meta.dirname, "..");
const dist = resolve(root, "dist");
const made = resolve(root, `build/dist-${process.pid}`);
const stampFile = resolve(root, "build/dist.hash");
const lib = (path) => resolve(root, "lib", path);
const assets = ["worklet.js", "mixer-worklet.js", "worker.js", "core.wasm", "signals.wasm"];
const packageJson = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));

/** An entry that needs the elements registered imports the entry that does it. */
const registrationApart = {
  name: "registration-apart",
  setup(context) {
    context.onResolve({ filter: /^voicebridge\/elements$/ }, () => ({ path: "./elements.js", external: true }));
  },
};

/** Every file below, relative to the root of the repository. */
function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${file}\0`).update(readFileSync(resolve(root, file)));
  }
  return hash.digest("hex");
}

const inputs = () =>
  hashOf([
    ...["lib", "worklets", "demo/agents", "demo/prompts"].flatMap((folder) => filesIn(resolve(root, folder))),
    ...assets.map((file) => `build/${file}`),
    ...["package.json", "package-lock.json", "tsconfig.json", "tsconfig.types.json"],
  ]);
const outputs = () => (existsSync(dist) ? hashOf(filesIn(dist)) : "");

const before = inputs();
if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === `${before} ${outputs()}`) {
  console.log("dist/ is up to date");
} else {
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  try {
    await bundle();
    describe();
    rmSync(dist, { recursive: true, force: true });
    renameSync(made, dist);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  // Sources that changed meanwhile leave no stamp, so that the next run builds again.
  if (before === inputs()) writeFileSync(stampFile, `${before} ${outputs()}`);
  report();
}

async function bundle() {
  const elements = readdirSync(lib("ui"))
    .filter((folder) => folder.startsWith("voice-") && existsSync(lib(`ui/${folder}/${folder}.ts`)))
    .map((folder) => [`elements/${folder}`, lib(`ui/${folder}/${folder}.ts`)]);
  const entries = [
    ["index", lib("index.ts")],
    ["elements", lib("ui/define.ts")],
    ["node", lib("node/index.ts")],
    ["testing", lib("testing/index.ts")],
    ["noise-suppressor", lib("audio/noise-suppressor.ts")],
    ["testing-node", lib("testing/node/index.ts")],
    ["fault-proxy", lib("testing/node/bin.ts")],
    ["cli", lib("node/cli/main.ts")],
    ["react", lib("react/index.ts")],
    ["agents/index", resolve(root, "demo/agents/index.ts")], // `voicebridge serve` looks for them beside itself
    ...elements,
  ].filter(([, file]) => existsSync(file));
  const shared = {
    bundle: true,
    target: "es2022",
    outdir: made,
    logLevel: "warning",
    tsconfig: resolve(root, "tsconfig.json"),
  };
  // One build for all entries: what two of them need is one chunk, and a class is the same class in both.
  const { metafile } = await build({
    ...shared,
    absWorkingDir: root,
    entryPoints: Object.fromEntries(entries),
    format: "esm",
    platform: "neutral",
    splitting: true,
    chunkNames: "chunks/[hash]",
    packages: "external",
    external: ["node:*"],
    plugins: [registrationApart, templateMinifier],
    metafile: true,
  });
  refuseUndeclared(metafile);
  refuseSharedRegistration(metafile);
  // The standalone module, where there is no page.
  writeFileSync(join(made, "script-tag.js"), 'export * from "./index.js";\nexport * from "./elements.js";\n');
  for (const [name, format] of [
    ["voicebridge.iife", "iife"],
    ["voicebridge.standalone", "esm"],
  ]) {
    await build({
      ...shared,
      entryPoints: { [name]: lib("ui/script-tag.ts") },
      format,
      ...(format === "iife" ? { globalName: "voicebridge" } : {}),
      platform: "browser",
      plugins: [templateMinifier],
      minify: true,
    });
  }
  for (const file of assets) copyFileSync(resolve(root, "build", file), join(made, file));
  copyPrompts();
}

/** Where `demo/agents/prompts.ts`, built, looks for them. */
function copyPrompts() {
  const [from, to] = [resolve(root, "demo/prompts"), join(made, "prompts")];
  mkdirSync(to);
  for (const file of readdirSync(from)) if (/\.(g722|json)$/.test(file)) copyFileSync(join(from, file), join(to, file));
}

/** A package that is imported and neither a dependency nor a peer would be missing at a user's place. */
function refuseUndeclared(metafile) {
  const declared = new Set(Object.keys({ ...packageJson.dependencies, ...packageJson.peerDependencies }));
  for (const [file, { imports }] of Object.entries(metafile.outputs)) {
    for (const { path, external } of imports) {
      const name = path.startsWith("@") ? path.split("/").slice(0, 2).join("/") : path.split("/")[0];
      if (!external || path === "./elements.js" || path.startsWith("node:") || declared.has(name)) continue;
      throw new Error(`${file} imports "${path}", and package.json names ${name} neither as dependency nor as peer.`);
    }
  }
}

/** Bundlers may drop chunks that nothing is imported from (package.json, sideEffects): registering the elements must not be in one. */
function refuseSharedRegistration(metafile) {
  for (const [file, { inputs }] of Object.entries(metafile.outputs)) {
    if ("lib/ui/define.ts" in inputs && !file.endsWith("/elements.js"))
      throw new Error(`${file} registers the elements: no other entry may import lib/ui/define.ts.`);
  }
}

function describe() {
  const types = join(made, "types");
  const { status } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.types.json", "--outDir", types], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the declarations could not be made");
  const manifest = makeManifest(root);
  const write = (file, contents) =>
    writeFileSync(join(made, file), typeof contents === "string" ? contents : `${JSON.stringify(contents, null, 2)}\n`);
  write("custom-elements.json", manifest);
  write("web-types.json", webTypes(manifest, packageJson));
  for (const [name, text] of Object.entries(typings(manifest))) {
    write(`types/${name}.d.ts`, text);
    if (!existsSync(join(made, `${name}.js`))) write(`${name}.js`, "export {};\n");
  }
  const scripts = ["voicebridge.iife.js", "voicebridge.standalone.js", ...assets];
  const integrity = (file) =>
    `sha384-${createHash("sha384")
      .update(readFileSync(join(made, file)))
      .digest("base64")}`;
  write("integrity.json", Object.fromEntries(scripts.map((file) => [file, integrity(file)])));
}

function report() {
  const files = readdirSync(dist).filter((file) => /\.(js|wasm)$/.test(file) && statSync(join(dist, file)).size > 100);
  for (const file of [...files, ...readdirSync(join(dist, "chunks")).map((file) => `chunks/${file}`)]) {
    const bytes = gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
    console.log(`${`dist/${file}`.padEnd(28)} ${(bytes / 1024).toFixed(1).padStart(6)} KB gzip`);
  }
}
