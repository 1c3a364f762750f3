// Compiles the two wasm files, each to build/ (with its text form beside it) and as base64 to lib/core/<name>-wasm.generated.ts:
//   core     wasm/index.ts     what a call needs in its worklets
//   signals  wasm/signals.ts   the signal tools
// Does nothing for a file whose sources and outputs did not change; with --if-missing, nothing when the outputs exist.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { compile, sourcesHash } from "./compile.mjs";

const root = resolve(import.meta.dirname, "..");
const build = (file) => join(root, "build", file);
const size = (bytes) => `${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzip`;

/** Readers never see half a file: several builds may run at once. */
async function replaceFile(file, contents) {
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, contents);
  await rename(part, file);
}

async function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(file).catch(() => "absent")).update("\0");
  return hash.digest("hex");
}

async function buildWasm(name, entry) {
  const wasmFile = build(`${name}.wasm`);
  const generatedFile = join(root, `lib/core/${name}-wasm.generated.ts`);
  const outputs = [wasmFile, generatedFile];
  if (process.argv.includes("--if-missing") && outputs.every((file) => existsSync(file))) return;

  const sources = await sourcesHash(entry);
  const stamp = async () => `${sources} ${await hashOf([import.meta.filename, ...outputs])}`;
  if ((await readFile(build(`${name}.hash`), "utf8").catch(() => "")) === (await stamp())) {
    console.log(`build/${name}.wasm is up to date (${size(await readFile(wasmFile))})`);
    return;
  }
  const { wasm, text } = await compile(entry);
  const inlined = `export const ${name}WasmBase64 = "${wasm.toString("base64")}";\n`;
  await mkdir(build("."), { recursive: true });
  await replaceFile(wasmFile, wasm);
  await replaceFile(build(`${name}.wat`), text);
  await replaceFile(generatedFile, `/** build/${name}.wasm, written by wasm/build.mjs. */\n${inlined}`);
  // Sources that changed while compiling leave no stamp, so that the next run compiles again.
  if (sources === (await sourcesHash(entry))) await replaceFile(build(`${name}.hash`), await stamp());
  console.log(`build/${name}.wasm: ${size(wasm)}`);
}

try {
  await buildWasm("core", "wasm/index.ts");
  await buildWasm("signals", "wasm/signals.ts");
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
