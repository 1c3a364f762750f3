import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { main } from "assemblyscript/asc";

const root = resolve(import.meta.dirname, "../../..");
const cacheFolder = join(root, "build/test-wasm");
const flags = [
  ...["--runtime", "stub", "--use", "abort=", "--noAssert", "--converge"],
  ...["--optimizeLevel", "3", "--shrinkLevel", "1", "--enable", "simd"],
];

async function sourcesHash(entry: string): Promise<string> {
  const hash = createHash("sha256").update(flags.join(" "));
  const files = (await readdir(join(root, "wasm"), { recursive: true })).filter((file) => file.endsWith(".ts")).sort();
  for (const file of [...files.map((file) => join(root, "wasm", file)), entry]) {
    hash.update(relative(root, file)).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}

const modules = new Map<string, Promise<WebAssembly.Module>>();

/**
 * Compiles `test/unit/wasm/entries/<name>.ts`, an AssemblyScript entry that exposes internals of `wasm/` to a test, with the flags of the
 * release build, and instantiates it without imports. The bytes are cached by content, so a second run costs nothing.
 */
export async function compileEntry(name: string): Promise<WebAssembly.Instance> {
  const module = modules.get(name) ?? compileModule(name);
  modules.set(name, module);
  return await WebAssembly.instantiate(await module, {});
}

async function compileModule(name: string): Promise<WebAssembly.Module> {
  const entry = join(root, "test/unit/wasm/entries", `${name}.ts`);
  const target = join(cacheFolder, `${name}-${await sourcesHash(entry)}.wasm`);
  const cached = await readFile(target).catch(() => undefined);
  if (cached) return await WebAssembly.compile(cached);
  const { error, stderr, stdout } = await main([relative(root, entry), "--outFile", "out.wasm", ...flags], {
    baseDir: root,
    readFile: async (file: string, base: string) => readFile(resolve(base, file), "utf8").catch(() => null),
    writeFile: async (_file: string, contents: string | Uint8Array) => {
      await mkdir(cacheFolder, { recursive: true });
      await writeFile(target, contents);
    },
  } as Parameters<typeof main>[1]);
  if (error) throw new Error(`${error.message}\n${stderr.toString()}\n${stdout.toString()}`);
  return await WebAssembly.compile(await readFile(target));
}
