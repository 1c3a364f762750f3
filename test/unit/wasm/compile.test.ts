import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { main } from "assemblyscript/asc";
import { expect, test } from "vitest";
import { sourcesOf } from "../../../wasm/compile.mjs";

const root = resolve(import.meta.dirname, "../../..");

/** What the compiler itself reads of this repository. */
async function filesRead(entry: string): Promise<string[]> {
  const files = new Set<string>();
  const { error } = await main([entry, "--noEmit", "--runtime", "stub", "--use", "abort=", "--enable", "simd"], {
    baseDir: root,
    readFile: async (file: string) => {
      const text = await readFile(resolve(root, file), "utf8").catch(() => null);
      if (text !== null && file.endsWith(".ts")) files.add(file);
      return text;
    },
  } as Parameters<typeof main>[1]);
  if (error) throw error;
  return [...files].sort();
}

test.each(["wasm/index.ts", "wasm/signals.ts", "test/unit/wasm/entries/conceal.ts"])(
  "what is hashed for %s is what the compiler reads",
  async (entry) => {
    expect([...(await sourcesOf(entry)).keys()].sort()).toEqual(await filesRead(entry));
  },
  60_000,
);

test("an edit elsewhere does not count", async () => {
  const files = [...(await sourcesOf("test/unit/wasm/entries/g711.ts")).keys()];
  expect(files).toContain("wasm/codecs/pcmu.ts");
  expect(files).not.toContain("wasm/codecs/g722.ts");
  expect(files.filter((file) => file.startsWith("wasm/playout/"))).toEqual([]);
});
