// Compiles `test/unit/wasm/entries/<name>.ts`, AssemblyScript that exposes internals of `wasm/` to a test, as the release is compiled. The
// bytes are kept by the content of what the entry imports: a second run costs nothing, nor does an edit elsewhere.
// As a program: all entries, with one compiler that has warmed up. A test that finds its entry missing makes it for itself.
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { compile, sourcesHash } from "../../../wasm/compile.mjs";

const entries = "test/unit/wasm/entries";
const cacheFolder = resolve(import.meta.dirname, "../../../build/test-wasm");

export async function entryBytes(name) {
  const entry = `${entries}/${name}.ts`;
  const cached = join(cacheFolder, `${name}-${(await sourcesHash(entry)).slice(0, 16)}.wasm`);
  const known = await readFile(cached).catch(() => undefined);
  if (known) return known;
  const { wasm } = await compile(entry);
  await mkdir(cacheFolder, { recursive: true });
  // Readers never see half a file: several test processes may compile at once.
  const part = `${cached}.${process.pid}.part`;
  await writeFile(part, wasm);
  await rename(part, cached);
  return wasm;
}

if (process.argv[1] === import.meta.filename)
  for (const file of await readdir(resolve(import.meta.dirname, "entries")))
    if (file.endsWith(".ts")) await entryBytes(file.slice(0, -".ts".length));
