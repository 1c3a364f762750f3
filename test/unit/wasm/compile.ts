import { entryBytes } from "./entry-bytes.mjs";

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** Instantiates `test/unit/wasm/entries/<name>.ts` without imports; it is compiled where that was not done yet. */
export async function compileEntry(name: string): Promise<WebAssembly.Instance> {
  const module = modules.get(name) ?? entryBytes(name).then((bytes) => WebAssembly.compile(bytes));
  modules.set(name, module);
  return await WebAssembly.instantiate(await module, {});
}
