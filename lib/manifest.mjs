// The custom-elements manifest of what is published: the elements with what pages may use of them, under the paths of dist/. And the same
// for the editors that read web-types.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { create, ts } from "@custom-elements-manifest/analyzer/index.js";
import { litPlugin } from "@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js";

/** https://github.com/webcomponents/custom-elements-manifest, schema 1.0.0. */
export function makeManifest(root) {
  const files = readdirSync(join(root, "lib/ui"), { recursive: true })
    .filter((file) => file.endsWith(".ts"))
    .sort();
  const modules = files.map((file) => {
    const path = `lib/ui/${file.replaceAll("\\", "/")}`;
    return ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.ES2015, true);
  });
  const analyzed = create({ modules, plugins: litPlugin(), context: {} });
  const elements = analyzed.modules
    .flatMap(({ declarations }) => declarations)
    .filter(({ tagName }) => tagName)
    .sort((a, b) => (a.tagName < b.tagName ? -1 : 1));
  return {
    schemaVersion: "1.0.0",
    readme: "README.md",
    modules: [...elements.map(elementModule), registeringModule(elements.filter(isRegistered(root)))],
  };
}

const moduleOf = (tagName) => `dist/elements/${tagName}.js`;

function elementModule(element) {
  const path = moduleOf(element.tagName);
  const { name, tagName, members = [] } = element;
  const superclass = { name: "LitElement", package: "lit" };
  const declaration = { ...element, members: members.filter(isPublic), superclass };
  return {
    kind: "javascript-module",
    path,
    declarations: [withoutOrigins(declaration)],
    exports: [{ kind: "js", name, declaration: { name, module: path } }],
    summary: `<${tagName}>, not registered`,
  };
}

/** Some elements are registered by the page itself: not every page needs them. */
function isRegistered(root) {
  const table = readFileSync(join(root, "lib/ui/define.ts"), "utf8");
  return ({ tagName }) => table.includes(`"${tagName}": `);
}

/** `voicebridge/elements`: importing it registers these. */
function registeringModule(elements) {
  const exports = elements.flatMap(({ name, tagName }) => {
    const declaration = { name, module: moduleOf(tagName) };
    return [
      { kind: "custom-element-definition", name: tagName, declaration },
      { kind: "js", name, declaration },
    ];
  });
  return { kind: "javascript-module", path: "dist/elements.js", declarations: [], exports };
}

const isPublic = ({ privacy, static: isStatic, name, kind }) =>
  (privacy ?? "public") === "public" && !isStatic && !name.startsWith("#") && !lifecycle.has(name) && Boolean(kind);

/** Methods every Lit element has, overridden here. */
const lifecycle = new Set(["attributeChangedCallback", "connectedCallback", "disconnectedCallback", "requestUpdate"]);

/** Where something is inherited from is a source file, which is not published. */
function withoutOrigins(value) {
  if (Array.isArray(value)) return value.map(withoutOrigins);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== "inheritedFrom");
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutOrigins(inner)]));
}

/** Every element of a manifest, by its tag. */
export const elementsOf = (manifest) =>
  manifest.modules.flatMap(({ declarations }) => declarations).filter(({ tagName }) => tagName);

/** Properties a page may set: public fields that are not read-only. */
export const propertiesOf = ({ members }) => members.filter(({ kind, readonly }) => kind === "field" && !readonly);

/** https://github.com/JetBrains/web-types */
export function webTypes(manifest, { name, version }) {
  const described = ({ name, description }) => ({ name, ...(description ? { description } : {}) });
  const typed = (item) => ({ ...described(item), ...(item.type ? { value: { type: item.type.text } } : {}) });
  return {
    $schema: "https://json.schemastore.org/web-types",
    name,
    version,
    "description-markup": "markdown",
    contributions: {
      html: {
        elements: elementsOf(manifest).map((element) => ({
          name: element.tagName,
          description: element.description,
          attributes: (element.attributes ?? []).map(typed),
          slots: (element.slots ?? []).map(described),
          js: { properties: propertiesOf(element).map(typed), events: (element.events ?? []).map(described) },
          css: {
            properties: (element.cssProperties ?? []).map(described),
            parts: (element.cssParts ?? []).map(described),
          },
        })),
      },
    },
  };
}
