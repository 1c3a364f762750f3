import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { compileScript, compileTemplate, parse } from "vue/compiler-sfc";
import { renderMarkdown } from "../../../demo/generate/markdown.ts";
import { sitePages } from "../../../demo/generate/pages.ts";
import { makeManifest } from "../../../lib/manifest.mjs";
import { typings } from "../../../lib/typings.mjs";

const root = resolve(import.meta.dirname, "../../..");
const recipes = join(root, "demo/recipes");
const made = join(root, "build/recipes");
const files = readdirSync(recipes, { recursive: true, encoding: "utf8" }).filter((file) => /\.\w+$/.test(file));
const articles = sitePages().flatMap(({ path, source }) =>
  source.kind === "markdown" ? [{ path, text: readFileSync(source.file, "utf8") }] : [],
);

/** The script of a component with its template inlined: TypeScript that the compiler can check. */
function scriptOf(file: string): string {
  const { descriptor, errors } = parse(readFileSync(join(recipes, file), "utf8"), { filename: file });
  expect(errors).toEqual([]);
  const isCustomElement = (tag: string) => tag.startsWith("voice-");
  const compiled = compileTemplate({
    id: file,
    filename: file,
    source: descriptor.template?.content ?? "",
    compilerOptions: { isCustomElement },
  });
  expect(compiled.errors).toEqual([]);
  return compileScript(descriptor, { id: file }).content;
}

beforeAll(() => {
  rmSync(made, { recursive: true, force: true });
  for (const folder of ["build/typings", "build/recipes"]) mkdirSync(join(root, folder), { recursive: true });
  for (const [name, text] of Object.entries(typings(makeManifest(root)))) {
    const declarations = text.replaceAll(/"\.(\/lib\/ui\/[^"]+)\.d\.ts"/g, '"../..$1.ts"');
    writeFileSync(join(root, `build/typings/${name}.d.ts`), declarations);
  }
  for (const file of files.filter((file) => file.endsWith(".vue"))) {
    writeFileSync(join(made, `${file.replaceAll("/", "-")}.ts`), scriptOf(file));
  }
});

test("every recipe is what its types say, against the declarations that are published", async () => {
  const tsc = join(createRequire(import.meta.url).resolve("typescript/package.json"), "../bin/tsc");
  const checked = promisify(execFile)(process.execPath, [tsc, "-p", recipes]);
  await expect(checked.catch(({ stdout }: { stdout: string }) => stdout)).resolves.toMatchObject({ stdout: "" });
});

test("every file of a recipe is shown in an article, and every article shows files that are there", () => {
  const shown = articles.flatMap(({ path, text }) => {
    renderMarkdown(text, path); // throws where a file is missing
    return [...text.matchAll(/file=(\S+)/g)].map(([, file]) => file);
  });
  expect([...new Set(shown)].sort()).toEqual(files.filter((file) => !file.endsWith("tsconfig.json")).sort());
});
