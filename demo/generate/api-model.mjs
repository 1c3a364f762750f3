// What the entries of the package export, with their docstrings, as data. It uses the compiler that comes with the manifest's analyzer: that of
// the build has no programming interface.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The source of each entry by the name it is imported with; those of one module more, or made from the manifest, are left out. */
function entriesOf(root) {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(exports).flatMap(([entry, { types = "", node }]) => {
    const source = /^\.\/dist\/types\/(lib\/[^*]+)\.d\.ts$/.exec(types)?.[1];
    return source === undefined || node !== undefined ? [] : [[`voicebridge${entry.slice(1)}`, `${source}.ts`]];
  });
}

/** The model of the sources as they are; made once for each state of them. */
export async function apiModel(root) {
  const sources = readdirSync(join(root, "lib"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort();
  const hash = createHash("sha256").update(readFileSync(import.meta.filename));
  const entries = entriesOf(root);
  hash.update(JSON.stringify(entries));
  for (const file of sources) hash.update(`${file}\0`).update(readFileSync(join(root, "lib", file)));
  const cache = resolve(root, "build/site", `api-${hash.digest("hex").slice(0, 16)}.json`);
  if (existsSync(cache)) return JSON.parse(readFileSync(cache, "utf8"));
  const { ts } = await import("@custom-elements-manifest/analyzer/index.js");
  const model = read(ts, root, entries);
  mkdirSync(resolve(cache, ".."), { recursive: true });
  writeFileSync(cache, JSON.stringify(model));
  return model;
}

function read(ts, root, entries) {
  const files = entries.map(([, file]) => resolve(root, file));
  const options = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    noLib: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  // Other packages are not read: nothing here is theirs, and they are most of the work.
  host.resolveModuleNames = (names, from) =>
    names.map((name) =>
      name.startsWith(".") ? { resolvedFileName: resolve(dirname(from), name), extension: ts.Extension.Ts } : undefined,
    );
  const program = ts.createProgram(files, options, host);
  const checker = program.getTypeChecker();
  return entries.map(([name, file]) => {
    const source = program.getSourceFile(resolve(root, file));
    const symbol = checker.getSymbolAtLocation(source);
    const exported = checker.getExportsOfModule(symbol).flatMap((item) => {
      const target = item.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(item) : item;
      const declaration = target.declarations?.find((node) => !ts.isModuleDeclaration(node));
      return declaration ? [describe(ts, checker, item.name, target, declaration)] : [];
    });
    return { name, exports: exported.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1)) };
  });
}

function describe(ts, checker, name, symbol, declaration) {
  const doc = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const base = { name, doc, members: [] };
  if (ts.isClassDeclaration(declaration))
    return { ...base, kind: "class", signature: head(declaration), members: membersOf(ts, declaration) };
  if (ts.isInterfaceDeclaration(declaration))
    return { ...base, kind: "interface", signature: head(declaration), members: membersOf(ts, declaration) };
  if (ts.isFunctionDeclaration(declaration))
    return { ...base, kind: "function", signature: withoutBody(declaration).replace(/^export (async )?/, "") };
  if (ts.isTypeAliasDeclaration(declaration))
    return { ...base, kind: "type", signature: tidy(declaration.getText().replace(/^export /, "")) };
  if (ts.isVariableDeclaration(declaration)) return { ...base, kind: "const", signature: constant(declaration) };
  return { ...base, kind: "namespace", signature: name };
}

/** `class Call extends CallEvents`, without what is inside. */
function head(declaration) {
  const text = declaration.getText();
  return tidy(text.slice(0, text.indexOf("{")).replace(/^export (declare )?(abstract )?/, "$2"));
}

function membersOf(ts, declaration) {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return declaration.members.flatMap((member) => {
    const flags = ts.getCombinedModifierFlags(member);
    const isPrivate = member.name && ts.isPrivateIdentifier(member.name);
    const text = withoutBody(member);
    if (flags & hidden || isPrivate || /^(override|static override)\b/.test(text) || !member.name) return [];
    if (ts.getJSDocTags(member).some(({ tagName }) => tagName.text === "internal")) return [];
    const doc = ts.getJSDocCommentsAndTags(member).map((node) => ts.getTextOfJSDocComment(node.comment) ?? "");
    const signature = text.replace(/^(public|declare|async) /, "").replace(/\basync /, "");
    return [{ name: member.name.getText(), signature, doc: doc.join(" ").trim() }];
  });
}

function withoutBody(node) {
  const text = node.getText();
  const end = node.body ? node.body.getStart() - node.getStart() : text.length;
  const initial = node.initializer && node.type === undefined ? node.initializer.getStart() - node.getStart() : end;
  return tidy(text.slice(0, Math.min(end, initial)).replace(/[=;\s]+$/, ""));
}

function constant(declaration) {
  const type = declaration.type ? `: ${declaration.type.getText()}` : "";
  return tidy(`const ${declaration.name.getText()}${type}`);
}

/** On one line where it is short; comments are for those who read the source. */
function tidy(text) {
  const bare = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/[ \t]*\/\/[^\n]*/g, "");
  const line = bare.replace(/\s+/g, " ").trim();
  return line.length <= 110 ? line : bare.replace(/\n\s*\n/g, "\n").trim();
}
