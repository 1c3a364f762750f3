// Bundles worklets/index.ts to build/worklet.js (a minified classic script) and to lib/audio/worklet.generated.ts, which inlines the same
// text. Does nothing when neither the sources nor the outputs changed.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");
const scriptFile = resolve(root, "build/worklet.js");
const generatedFile = resolve(root, "lib/audio/worklet.generated.ts");
const stampFile = resolve(root, "build/worklet.stamp.json");

const read = (file) => {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
};
/** One hash over the names and contents of files. */
function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(read(resolve(root, file)))
      .update("\0");
  return hash.digest("hex");
}

const outputs = [scriptFile, generatedFile].map((file) => relative(root, file));
const stamp = JSON.parse(read(stampFile).toString() || "{}");
if (stamp.inputs && stamp.hash === hashOf([...stamp.inputs, ...outputs])) {
  console.log(`build/worklet.js is up to date (${size(read(scriptFile))})`);
} else {
  const { outputFiles, metafile } = await build({
    entryPoints: [resolve(root, "worklets/index.ts")],
    absWorkingDir: root,
    tsconfig: resolve(root, "worklets/tsconfig.json"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
    metafile: true,
    legalComments: "none",
    logLevel: "warning",
  });
  const script = outputFiles[0].text.trim();
  const [{ inputs: used }] = Object.values(metafile.outputs);
  const inlined = Object.keys(used).find((file) => file.endsWith("-wasm.generated.ts") && used[file].bytesInOutput > 0);
  if (inlined)
    throw new Error(
      "the worklet script contains the wasm, which is sent to it as a message: see what imports coreBytes",
    );
  mkdirSync(resolve(root, "build"), { recursive: true });
  writeFileSync(scriptFile, script);
  writeFileSync(
    generatedFile,
    `/** build/worklet.js, written by worklets/build.mjs. */\nexport const workletSource = ${JSON.stringify(script)};\n`,
  );
  // The wasm is imported by lib/core and dropped from the bundle: its changes do not count.
  const inputs = Object.keys(metafile.inputs).filter((file) => !file.endsWith(".generated.ts"));
  inputs.push("worklets/build.mjs", "node_modules/esbuild/package.json");
  writeFileSync(stampFile, JSON.stringify({ inputs, hash: hashOf([...inputs, ...outputs]) }));
  console.log(`build/worklet.js: ${size(script)}`);
}

function size(contents) {
  return `${contents.length} bytes, ${gzipSync(contents, { level: 9 }).length} gzip`;
}
