import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { compile, sourcesHash } from "../../../wasm/compile.mjs";

const cacheFolder = resolve(import.meta.dirname, "../../../build/test-wasm");
const modules = new Map<string, Promise<WebAssembly.Module>>();

/**
 * Compiles `test/unit/wasm/entries/<name>.ts`, an AssemblyScript entry that exposes internals of `wasm/` to a test, as the release is
 * compiled, and instantiates it without imports. The bytes are cached by the content of what the entry imports: a second run costs
 * nothing, nor does an edit elsewhere.
 */
export async function compileEntry(name: string): Promise<WebAssembly.Instance> {
  const module = modules.get(name) ?? compileModule(name);
  modules.set(name, module);
  return await WebAssembly.instantiate(await module, {});
}

async function compileModule(name: string): Promise<WebAssembly.Module> {
  const entry = `test/unit/wasm/entries/${name}.ts`;
  const cached = join(cacheFolder, `${name}-${(await sourcesHash(entry)).slice(0, 16)}.wasm`);
  const known = await readFile(cached).catch(() => undefined);
  if (known) return await WebAssembly.compile(known);
  const { wasm } = await compile(entry);
  await mkdir(cacheFolder, { recursive: true });
  // Readers never see half a file: several test processes may compile at once.
  const part = `${cached}.${process.pid}.part`;
  await writeFile(part, wasm);
  await rename(part, cached);
  return await WebAssembly.compile(wasm);
}
