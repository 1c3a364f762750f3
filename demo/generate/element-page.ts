import { codeFigure, escapeHtml, inlineCode, table } from "./html.ts";
import { relativeLink } from "./layout.ts";
import { type ElementEntry, elementIn, type Manifest, type Member, type PlaygroundData } from "./manifest.ts";
import type { SitePage } from "./pages.ts";

const code = (text: string | undefined): string => (text ? `<code>${escapeHtml(text)}</code>` : "");
/** What `voicebridge/elements` does not register. */
const apart: readonly string[] = ["voice-incoming", "voice-pip-button", "voice-replay"];
const said = (text: string | undefined): string => inlineCode(text ?? "");

/** An element with its playground, which `site/playground/main.ts` fills, and all that its docstrings say. */
export function elementPage(element: ElementEntry, path: string): string {
  const { tagName, description = "" } = element;
  const data: PlaygroundData = {
    tag: tagName,
    attributes: attributesOf(element),
    events: (element.events ?? []).map((event) => event.name),
    slots: element.slots ?? [],
    parts: (element.cssParts ?? []).map((part) => part.name),
    cssProperties: (element.cssProperties ?? []).map((property) => property.name),
  };
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<h1><code>&lt;${tagName}&gt;</code></h1>
${description
  .split(/\n\s*\n/)
  .map((paragraph) => `<p>${inlineCode(paragraph)}</p>`)
  .join("\n")}
<section class="playground" aria-labelledby="try">
  <h2 id="try">Try it</h2>
  <div id="stage" class="stage" data-testid="stage"></div>
  <form id="controls" class="controls" data-testid="controls" aria-label="Attributes and looks"></form>
  <div id="playground-code" class="snippets"></div>
  <details class="log"><summary>Events <span id="log-count" data-testid="log-count">0</span></summary>
  <ol id="log" data-testid="log" tabindex="0" aria-label="Events"></ol></details>
</section>
<script type="application/json" id="playground-data">${json}</script>
${reference(element)}
<h2 id="import">Import</h2>
${codeFigure(importsOf(element), "Import")}
<p><a href="${relativeLink(path, "/elements/")}">All elements</a></p>`;
}

const importsOf = ({ tagName, name }: ElementEntry) =>
  apart.includes(tagName)
    ? `import { ${name} } from "voicebridge/elements/${tagName}";\ncustomElements.define("${tagName}", ${name}); // not every page needs it`
    : `import "voicebridge/elements"; // registers all\nimport { ${name} } from "voicebridge/elements/${tagName}"; // the class alone\nimport { ${name} } from "voicebridge/react"; // a React component`;

/** Without those that are the inside's own. */
const attributesOf = ({ attributes = [], members = [] }: ElementEntry) =>
  attributes.filter(
    ({ name, fieldName }) => name === "lang" || members.some((member) => member.name === (fieldName ?? name)),
  );

function reference(element: ElementEntry): string {
  const { members = [], events = [], slots = [], cssParts = [], cssProperties = [] } = element;
  const attributes = attributesOf(element);
  const attributeOf = ({ name }: Member) => attributes.find(({ fieldName }) => fieldName === name)?.name;
  const fields = members.filter(({ kind }) => kind === "field");
  const methods = members.filter(({ kind }) => kind === "method");
  const sections: readonly (readonly [string, readonly string[], readonly (readonly string[])[]])[] = [
    [
      "Properties",
      ["Property", "Attribute", "Type", "Default", ""],
      fields.map((member) => [
        code(member.name),
        code(attributeOf(member)),
        code(member.type?.text.replace(" | undefined", "")),
        code(member.default),
        `${said(member.description)}${member.readonly ? " Read-only." : ""}`,
      ]),
    ],
    ["Methods", ["Method", ""], methods.map((member) => [code(signature(member)), said(member.description)])],
    ["Events", ["Event", ""], events.map(({ name, description }) => [code(name), said(description)])],
    ["Slots", ["Slot", ""], slots.map(({ name, description }) => [code(name || "(default)"), said(description)])],
    ["Parts", ["Part", ""], cssParts.map(({ name, description }) => [code(`::part(${name})`), said(description)])],
    [
      "Custom properties",
      ["Property", ""],
      cssProperties.map(({ name, description }) => [code(name), said(description)]),
    ],
  ];
  return sections
    .filter(([, , rows]) => rows.length > 0)
    .map(([title, heads, rows]) => {
      const id = title.toLowerCase().replace(" ", "-");
      return `<h2 id="${id}">${title}</h2>${table(
        title,
        heads.map((head) => head || "Meaning"),
        rows,
      )}`;
    })
    .join("\n");
}

const signature = ({ name, parameters = [], return: returned }: Member): string =>
  `${name}(${parameters.map((parameter) => parameter.name).join(", ")})${returned?.type ? `: ${returned.type.text}` : ""}`;

/** The table of all elements: the first sentence of each. */
export function elementsPage(manifest: Manifest, pages: readonly SitePage[], path: string): string {
  const rows = pages.flatMap(({ path: to, source }) => {
    if (source.kind !== "element") return [];
    const { description = "", events = [] } = elementIn(manifest, source.tag);
    const requests = events.filter(({ name }) => name.endsWith("-request")).map(({ name }) => code(name));
    return [
      [
        `<a href="${relativeLink(path, to)}"><code>&lt;${source.tag}&gt;</code></a>`,
        said(/^[\s\S]*?[.:](?=\s|$)/.exec(description)?.[0].replace(/:$/, ".") ?? description),
        source.tag === "voice-call" ? "All of the below" : requests.join(", "),
      ],
    ];
  });
  return `<h1>Elements</h1>
<p><code>&lt;voice-call&gt;</code> is a whole call in one element. It is made of parts that also stand alone, anywhere on the page: a part finds its
call around it, by <code>for="id"</code>, or in its <code>call</code> property. Before a part does anything it asks, with a cancelable request event.
The panels (devices, quality, recorder, preflight) load their inside when the first one is on the page.</p>
${table("Elements", ["Element", "Shows", "Asks"], rows)}
<p>Looks are changed from outside: custom properties for colours and corners, parts for everything else, slots for words and structure.
Every element's page has a playground with all of them.</p>`;
}
