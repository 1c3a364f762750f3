// Writes lib/react/components.generated.ts: a component for every element. An element is a folder of lib/ui that has its tag for a name; its
// class has it too. Writes nothing where nothing changed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ui = resolve(import.meta.dirname, "../ui");
const output = join(import.meta.dirname, "components.generated.ts");
const tags = readdirSync(ui)
  .filter((tag) => tag.startsWith("voice-") && existsSync(join(ui, tag, `${tag}.ts`)))
  .sort();
const className = (tag) => tag.replace(/(^|-)(\w)/g, (_, _dash, letter) => letter.toUpperCase());

const text = [
  "/** Written by lib/react/build.mjs. */",
  ...tags.map((tag) => `import { ${className(tag)} as ${className(tag)}Element } from "../ui/${tag}/${tag}.ts";`),
  'import { component } from "./component.ts";',
  "",
  ...tags.map(
    (tag) => `export const ${className(tag)} = /* @__PURE__ */ component("${tag}", ${className(tag)}Element);`,
  ),
  "",
].join("\n");
if (!existsSync(output) || readFileSync(output, "utf8") !== text) writeFileSync(output, text);
