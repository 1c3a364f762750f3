import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { expect, test } from "vitest";

/** What a page loads when it needs it, such as a conference, is no part of what it begins with. */
const loadedLater: Plugin = {
  name: "loaded-later",
  setup(context) {
    context.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    );
  },
};

const root = join(import.meta.dirname, "../../..");

test.each(["voicebridge", "voicebridge/elements"])(
  "a page that imports %s carries core.wasm, but no signal tool",
  async (entry) => {
    const { outputFiles, metafile } = await build({
      stdin: { contents: `export * from "${entry}";`, resolveDir: root, loader: "ts" },
      absWorkingDir: root,
      tsconfig: join(root, "tsconfig.json"),
      plugins: [loadedLater],
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      format: "esm",
      target: "es2022",
    });
    const text = outputFiles[0]!.text;
    const base64 = async (name: string) => (await readFile(join(root, `build/${name}.wasm`))).toString("base64");
    expect(text).toContain(await base64("core"));
    expect(text).not.toContain((await base64("signals")).slice(-200));
    const [output] = Object.values(metafile.outputs);
    const kept = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    const files = kept.map(([file]) => file);
    expect(files).toContain("lib/core/core-wasm.generated.ts");
    for (const file of ["signals-wasm.generated", "signals", "mixer", "vad", "tone-generator", "block-codec"]) {
      expect(files).not.toContain(`lib/core/${file}.ts`);
    }
  },
);
