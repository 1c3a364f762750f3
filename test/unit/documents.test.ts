import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { elementsOf, makeManifest } from "../../lib/manifest.mjs";
import { commands } from "../../lib/node/cli/run-cli.ts";

const root = resolve(import.meta.dirname, "../..");
const pages = readdirSync(join(root, "demo/pages"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".md"))
  .map((file) => `demo/pages/${file}`);
const documents = ["README.md", "CHANGELOG.md", "ARCHITECTURE.md", "lib/node/GUIDE.md", "lib/node/hub/GUIDE.md"];
const texts = [...documents, ...pages].map((name) => ({ name, text: readFileSync(join(root, name), "utf8") }));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

/** Every match in every document, with the document it stands in. */
const found = (pattern: RegExp) =>
  texts.flatMap(({ name, text }) => [...text.matchAll(pattern)].map((match) => ({ name, match })));

test("every npm command that a document names is one", () => {
  const named = found(/`?npm (run )?([\w:-]+)/g).filter(({ match }) => match[1] || /^(start|test)$/.test(match[2]!));
  expect(named.length).toBeGreaterThan(20);
  // `dev` is that of the project which the quick start makes.
  for (const { name, match } of named) expect([...Object.keys(scripts), "dev"], name).toContain(match[2]);
});

test("every npm command of the table does something, and every one that people call is in the table", () => {
  const table = texts[0]!.text.split("\n").filter((line) => line.startsWith("| `npm"));
  const inTable = table
    .join("\n")
    .match(/npm (?:run )?([\w:]+)|`(bench:\w+)`/g)!
    .map((word) => word.split(/[ `]/).at(-1) || word.slice(1, -1));
  const parts = ["test:unit", "test:browser", "build:wasm", "build:assets", "format"]; // of others, or of a developer's day
  for (const script of Object.keys(scripts)) if (!parts.includes(script)) expect(inTable, script).toContain(script);
});

test("every command of `voicebridge` that a document shows is one, with options that it has", () => {
  const shown = found(/npx voicebridge (\w+)([^`\n]*)/g);
  expect(shown.length).toBeGreaterThan(10);
  for (const { name, match } of shown) {
    const command = commands.find((candidate) => candidate.name === match[1]);
    expect(command, `${name}: ${match[0]}`).toBeDefined();
    for (const [, option] of match[2]!.matchAll(/--([\w-]+)/g))
      expect(["help", ...Object.keys(command!.options)], `${name}: ${match[0]}`).toContain(option);
  }
});

test("every file that a document links to is there", () => {
  const links = found(/\]\((?!https?:|#|\/)([^)#\s]+)[^)]*\)/g);
  expect(links.length).toBeGreaterThan(5);
  for (const { name, match } of links)
    expect(existsSync(join(root, dirname(name), match[1]!)), `${name}: ${match[1]}`).toBe(true);
});

test("every element that a document writes is one, with attributes that it has", () => {
  const elements = elementsOf(makeManifest(root)) as readonly {
    readonly tagName: string;
    readonly attributes?: readonly { readonly name: string }[];
  }[];
  const common = ["id", "slot", "class", "style", "hidden", "dir", "lang", "data-testid", "…"];
  const tags = found(/<(voice-[\w-]+)([^<>]*)>/g);
  expect(tags.length).toBeGreaterThan(10);
  for (const { name, match } of tags) {
    const element = elements.find(({ tagName }) => tagName === match[1]);
    expect(element, `${name}: ${match[0]}`).toBeDefined();
    const known = [...common, ...(element!.attributes ?? []).map((attribute) => attribute.name)];
    const words = match[2]!.replaceAll(/=("[^"]*"|\{[^}]*\}|'[^']*')/g, "").trim();
    for (const attribute of words.split(/\s+/).filter((word) => word !== "" && !/^(on|@|\.)/.test(word)))
      expect(known, `${name}: ${match[0]}`).toContain(attribute);
  }
});

test("every limit that the guide names is an option", () => {
  const guide = texts.find(({ name }) => name === "lib/node/GUIDE.md")!.text;
  const rows = guide
    .split("## Limits")[1]!
    .split("\n## ")[0]!
    .split("\n")
    .filter((line) => /^\| [a-z]/.test(line))
    .slice(1);
  expect(rows.length).toBeGreaterThan(8);
  const files = [
    "voice-server-options.ts",
    "voice-session.ts",
    "doorkeeper.ts",
    "conduct.ts",
    "agent.ts",
    "token-bucket.ts",
    "../transport/limits.ts",
  ];
  const sources = files.map((file) => readFileSync(join(root, "lib/node", file), "utf8")).join("\n");
  for (const row of rows)
    for (const [, name] of row.split("|")[2]!.matchAll(/\b([a-z]+[A-Z]\w+)/g))
      expect(sources, row).toMatch(new RegExp(`\\b${name}(\\?|:|\\()`));
});
