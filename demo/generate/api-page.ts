import type { ApiEntry, ApiItem } from "./api-model.d.mts";
import { escapeHtml, inlineCode, slug } from "./html.ts";
import { relativeLink } from "./layout.ts";

/** All exports of all entries on one page, which `site/api.ts` searches. */
export function apiPage(entries: readonly ApiEntry[], path: string): string {
  const count = entries.reduce((sum, { exports }) => sum + exports.length, 0);
  return `<h1>API</h1>
<p>What each entry of the package exports, as the docstrings of the source say it. The elements have pages of their own, with their attributes, parts and
slots: <a href="${relativeLink(path, "/elements/")}">Elements</a>. <code>voicebridge/react</code> exports a component for each of them.</p>
<form id="api-search" class="search" role="search">
  <label for="api-query">Search ${count} exports and their members</label>
  <input id="api-query" type="search" name="q" autocomplete="off" spellcheck="false" data-testid="api-query" />
  <p role="status" id="api-found" data-testid="api-found"></p>
</form>
${entries.map(section).join("\n")}`;
}

function section({ name, exports }: ApiEntry): string {
  return `<section class="entry" aria-labelledby="${slug(name)}"><h2 id="${slug(name)}"><code>${name}</code></h2>
${exports.map((item) => itemHtml(name, item)).join("\n")}</section>`;
}

/** `data-words`: what the search looks at. */
function itemHtml(entry: string, { name, kind, signature, doc, members }: ApiItem): string {
  const id = `${slug(entry)}-${slug(name)}`;
  const words = [name, ...members.map((member) => member.name)].join(" ").toLowerCase();
  const list = members.map(
    (member) => `<dt><code>${escapeHtml(member.signature)}</code></dt><dd>${inlineCode(member.doc) || "–"}</dd>`,
  );
  return `<details class="item" id="${id}" data-words="${escapeHtml(words)}"><summary><code>${escapeHtml(name)}</code> <span>${kind}</span></summary>
<pre tabindex="0" role="region" aria-label="${escapeHtml(`${name} of ${entry}`)}"><code>${escapeHtml(signature)}</code></pre>
${doc ? `<p>${inlineCode(doc)}</p>` : ""}${list.length > 0 ? `<dl>${list.join("")}</dl>` : ""}</details>`;
}
