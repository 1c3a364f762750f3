// How AssemblyScript becomes wasm here: the release files (wasm/build.mjs) and the white-box entries of the tests alike.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const flags = [
  ...["--runtime", "stub", "--use", "abort=", "--noAssert", "--converge"],
  ...["--optimizeLevel", "3", "--shrinkLevel", "1", "--enable", "simd"],
];
const toolchain = ["wasm/compile.mjs", "node_modules/assemblyscript/package.json"];

const textOf = (file) => readFile(join(root, file), "utf8").catch(() => undefined);

/** An entry and every file it imports, directly or not: paths from the repository root to their text. */
export async function sourcesOf(entry, known = new Map()) {
  const text = await textOf(entry);
  if (text === undefined || known.has(entry)) return known;
  known.set(entry, text);
  for (const [, imported] of text.matchAll(/\bfrom "(\.[^"]+)"/g)) {
    const path = relative(root, resolve(root, entry, "..", imported));
    for (const file of [`${path}.ts`, `${path}/index.ts`]) await sourcesOf(file, known);
  }
  return known;
}

/** A hash of all that a compilation of `entry` reads, the compiler and its flags included. */
export async function sourcesHash(entry) {
  const hash = createHash("sha256");
  const sources = [...(await sourcesOf(entry))].sort(([left], [right]) => (left < right ? -1 : 1));
  for (const file of toolchain) sources.push([file, await textOf(file)]);
  for (const [file, text] of sources) hash.update(`${file}\0${text}\0`);
  return hash.digest("hex");
}

/** Compiles one entry, a path from the repository root, to wasm and its text form. Throws what the compiler says. */
export async function compile(entry) {
  const { main } = await import("assemblyscript/asc");
  const files = new Map();
  const { error, stderr } = await main([entry, "--outFile", "out.wasm", "--textFile", "out.wat", ...flags], {
    baseDir: root,
    readFile: (file, base) => readFile(resolve(base, file), "utf8").catch(() => null),
    writeFile: (file, contents) => void files.set(file, contents),
    listFiles: () => [],
  });
  if (error) throw new Error(`${entry}: ${error.message}\n${stderr.toString()}`, { cause: error });
  return { wasm: Buffer.from(files.get("out.wasm")), text: files.get("out.wat") };
}
