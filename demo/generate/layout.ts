import { escapeHtml } from "./html.ts";
import type { SitePage } from "./pages.ts";

const groups = ["Start", "Elements", "Recipes", "Reference"] as const;

/** The sections named at the head of every page. */
const sections = [
  ["/phone/", "Phone"],
  ["/quick-start/", "Quick start"],
  ["/elements/", "Elements"],
  ["/recipes/", "Recipes"],
  ["/api/", "API"],
  ["/guide/", "Answering side"],
] as const;

/** From one page to another of the same site, wherever that is served. */
export function relativeLink(from: string, to: string): string {
  const depth = from.split("/").length - 2;
  return `${"../".repeat(depth)}${to.slice(1)}` || "./";
}

/** The head of the page with links to the sections that there are. */
export function header(
  current: string,
  pages: readonly SitePage[],
  skip: readonly [href: string, label: string],
): string {
  const links = sections
    .filter(([path]) => pages.some((page) => page.path === path))
    .map(([path, label]) => `<a href="${relativeLink(current, path)}"${within(current, path)}>${label}</a>`);
  return `<header class="top">
      <a class="skip" href="${skip[0]}">${skip[1]}</a>
      <a class="brand" href="${relativeLink(current, "/")}"><img src="/site/icon.svg" alt="" width="28" height="28" />voicebridge</a>
      <nav aria-label="Site">${links.join("")}</nav>
    </header>`;
}

/** `page` for the page itself, `true` for the section it is in. */
function within(current: string, path: string): string {
  if (current === path) return ' aria-current="page"';
  return current.startsWith(path) ? ' aria-current="true"' : "";
}

function navigation(current: string, pages: readonly SitePage[]): string {
  const lists = groups.map((group) => {
    const items = pages
      .filter((page) => page.group === group)
      .map(({ path, title, source }) => {
        const label = source.kind === "element" ? `<code>&lt;${title}&gt;</code>` : escapeHtml(title);
        const here = path === current ? ' aria-current="page"' : "";
        return `<li><a href="${relativeLink(current, path)}"${here}>${label}</a></li>`;
      });
    return `<h2 id="nav-${group}">${group}</h2><ul aria-labelledby="nav-${group}">${items.join("")}</ul>`;
  });
  return `<nav id="pages" class="pages" aria-label="All pages">${lists.join("")}</nav>`;
}

export interface Document {
  readonly page: SitePage;
  readonly pages: readonly SitePage[];
  /** HTML of what the page is about, beginning with its heading. */
  readonly body: string;
  /** Module scripts, as paths below `demo/`. */
  readonly scripts: readonly string[];
}

/** A whole page but the demo. No inline script or style: it is served under a strict policy. */
export function document({ page, pages, body, scripts }: Document): string {
  const tags = scripts.map((src) => `<script type="module" src="${src}"></script>`).join("\n    ");
  const title = escapeHtml(page.source.kind === "element" ? `<${page.title}>` : page.title);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title} · voicebridge</title>
    <link rel="icon" href="/site/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/site/site.css" />
    <link rel="stylesheet" href="/site/docs.css" />
    ${tags}
  </head>
  <body>
    ${header(page.path, pages, ["#content", "Skip to the content"])}
    <div class="docs">
      <main id="content" class="article">
        ${body}
      </main>
      ${navigation(page.path, pages)}
    </div>
    <footer>
      <p>voicebridge is free software under the MIT licence.</p>
    </footer>
  </body>
</html>
`;
}
