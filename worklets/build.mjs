// Bundles the two worklet scripts, each to build/ (a minified classic script) and to lib/audio/<name>.generated.ts, which inlines the same text:
//   worklet         worklets/index.ts   what every call needs
//   mixer-worklet   worklets/mixer.ts   what a conference needs
// Does nothing for a script whose sources and outputs did not change.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");
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

async function buildWorklet(name, entry, variable) {
  const scriptFile = resolve(root, `build/${name}.js`);
  const generatedFile = resolve(root, `lib/audio/${name}.generated.ts`);
  const stampFile = resolve(root, `build/${name}.stamp.json`);
  const outputs = [scriptFile, generatedFile].map((file) => relative(root, file));
  const stamp = JSON.parse(read(stampFile).toString() || "{}");
  if (stamp.inputs && stamp.hash === hashOf([...stamp.inputs, ...outputs])) {
    console.log(`build/${name}.js is up to date (${size(read(scriptFile))})`);
    return;
  }
  const { outputFiles, metafile } = await build({
    entryPoints: [resolve(root, entry)],
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
      `${name}.js contains the wasm, which is sent to it as a message: see what imports coreBytes or signalsBytes`,
    );
  mkdirSync(resolve(root, "build"), { recursive: true });
  writeFileSync(scriptFile, script);
  writeFileSync(
    generatedFile,
    `/** build/${name}.js, written by worklets/build.mjs. */\nexport const ${variable} = ${JSON.stringify(script)};\n`,
  );
  // The wasm is imported by lib/core and dropped from the bundle: its changes do not count.
  const inputs = Object.keys(metafile.inputs).filter((file) => !file.endsWith(".generated.ts"));
  inputs.push("worklets/build.mjs", "node_modules/esbuild/package.json");
  writeFileSync(stampFile, JSON.stringify({ inputs, hash: hashOf([...inputs, ...outputs]) }));
  console.log(`build/${name}.js: ${size(script)}`);
}

function size(contents) {
  return `${contents.length} bytes, ${gzipSync(contents, { level: 9 }).length} gzip`;
}

await buildWorklet("worklet", "worklets/index.ts", "workletSource");
await buildWorklet("mixer-worklet", "worklets/mixer.ts", "mixerWorkletSource");
