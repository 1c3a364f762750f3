// Compiles wasm/index.ts to build/core.wasm (and core.wat beside it) and writes the same bytes as base64 to
// lib/core/core-wasm.generated.ts. Does nothing when neither the sources nor the outputs changed; with --if-missing, nothing when the
// outputs exist.
import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const root = resolve(import.meta.dirname, "..");
const wasmFile = join(root, "build/core.wasm");
const textFile = join(root, "build/core.wat");
const stampFile = join(root, "build/core.hash");
const generatedFile = join(root, "lib/core/core-wasm.generated.ts");

const flags = [
  ...["--runtime", "stub", "--use", "abort=", "--noAssert", "--converge"],
  ...["--optimizeLevel", "3", "--shrinkLevel", "1", "--enable", "simd"],
];

async function hashOf(files) {
  const hash = createHash("sha256").update(flags.join(" "));
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(join(root, file)).catch(() => "absent"));
  return hash.digest("hex");
}

async function inputs() {
  const sources = await readdir(join(root, "wasm"), { recursive: true });
  const compiler = "node_modules/assemblyscript/package.json";
  return [
    compiler,
    "wasm/build.mjs",
    ...sources.filter((file) => file.endsWith(".ts")).map((file) => `wasm/${file}`),
  ].sort();
}

const outputs = ["build/core.wasm", "lib/core/core-wasm.generated.ts"];
const stamp = async (sources) => `${await hashOf(sources)} ${await hashOf(outputs)}`;
const size = (bytes) => `${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzip`;

/** Readers never see half a file: several builds may run at once. */
async function replaceFile(file, contents) {
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, contents);
  await rename(part, file);
}

if (process.argv.includes("--if-missing")) {
  const present = await Promise.all(
    outputs.map((file) =>
      access(join(root, file)).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (!present.includes(false)) process.exit(0);
}

const sources = await inputs();
const known = await readFile(stampFile, "utf8").catch(() => "");
if (known === (await stamp(sources))) {
  console.log(`build/core.wasm is up to date (${size(await readFile(wasmFile))})`);
} else {
  const before = await hashOf(sources);
  const { main } = await import("assemblyscript/asc");
  const files = new Map();
  const args = ["wasm/index.ts", "--outFile", "core.wasm", "--textFile", "core.wat", ...flags];
  const { error, stderr } = await main(args, {
    baseDir: root,
    readFile: (file, base) => readFile(resolve(base, file), "utf8").catch(() => null),
    writeFile: (file, contents) => void files.set(file, contents),
    listFiles: () => [],
  });
  process.stderr.write(stderr.toString());
  if (error) {
    console.error(error.message);
    process.exit(1);
  }
  const wasm = Buffer.from(files.get("core.wasm"));
  await mkdir(join(root, "build"), { recursive: true });
  await replaceFile(wasmFile, wasm);
  await replaceFile(textFile, files.get("core.wat"));
  await replaceFile(
    generatedFile,
    `/** build/core.wasm, written by wasm/build.mjs. */\nexport const coreWasmBase64 = "${wasm.toString("base64")}";\n`,
  );
  // Sources that changed while compiling leave no stamp, so that the next run compiles again.
  if (before === (await hashOf(sources))) await replaceFile(stampFile, await stamp(sources));
  console.log(`build/core.wasm: ${size(wasm)}`);
}
