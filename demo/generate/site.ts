import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";
import { apiPage } from "./api-page.ts";
import { elementPage, elementsPage } from "./element-page.ts";
import { escapeHtml } from "./html.ts";
import { document, header, relativeLink } from "./layout.ts";
import { elementIn, type Manifest } from "./manifest.ts";
import { renderMarkdown } from "./markdown.ts";
import { type SitePage, sitePages } from "./pages.ts";

const root = resolve(import.meta.dirname, "../..");

export interface SiteOptions {
  /** Made when a page first needs it, and kept. */
  readonly manifest: () => Promise<Manifest>;
}

/** Serves and builds every page of `sitePages()`, and puts the site's head on those written by hand. */
export function site(options: SiteOptions): Plugin {
  let made: Promise<Manifest> | undefined;
  const manifest = () => {
    made ??= options.manifest();
    return made;
  };
  const fileOf = (page: SitePage) => resolve(root, `demo${page.path}index.html`);
  const pageOfFile = (id: string) => sitePages().find((page) => page.source.kind !== "html" && fileOf(page) === id);
  return {
    name: "site",
    config: () => ({
      build: { rolldownOptions: { input: sitePages().map(fileOf) }, assetsInlineLimit: 0 },
    }),
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
        const pages = sitePages();
        const page = pages.find(({ path, source }) => path === pathname && source.kind !== "html");
        if (!page) {
          const slashed = pages.find(({ path }) => path === `${pathname}/`);
          if (!slashed) return next();
          response.writeHead(302, { location: slashed.path + search }).end();
          return;
        }
        render(page, pages, manifest)
          .then((html) => server.transformIndexHtml(request.url ?? page.path, html))
          .then((html) => response.setHeader("content-type", "text/html; charset=utf-8").end(html), next);
      });
    },
    resolveId: (id) => (pageOfFile(id) ? id : undefined),
    load: async (id) => {
      const page = id.endsWith(".html") ? pageOfFile(id) : undefined;
      return page && render(page, sitePages(), manifest);
    },
    transformIndexHtml: {
      order: "pre",
      handler: (html, context) =>
        html.replace("<!-- site header -->", () => {
          const path = context.path.replace(/index\.html$/, "");
          return header(
            path,
            sitePages(),
            path === "/" ? ["#try", "Skip to the call"] : ["#content", "Skip to the content"],
          );
        }),
    },
  };
}

async function render(page: SitePage, pages: readonly SitePage[], manifest: () => Promise<Manifest>): Promise<string> {
  const { path, source } = page;
  const whole = (body: string, ...scripts: string[]) =>
    document({ page, pages, body, scripts: ["/site/page.ts", ...scripts] });
  switch (source.kind) {
    case "markdown": {
      const { html, live } = renderMarkdown(readFileSync(source.file, "utf8"), path);
      return whole(html, ...(live.length > 0 ? ["/site/live.ts"] : []));
    }
    case "elements":
      return whole(elementsPage(await manifest(), pages, path));
    case "element":
      return whole(elementPage(elementIn(await manifest(), source.tag), path), "/site/playground/main.ts");
    case "recipes":
      return whole(recipesPage(pages, path));
    case "api": {
      const { apiModel } = await import("./api-model.mjs");
      return whole(apiPage(await apiModel(root), path), "/site/api.ts");
    }
    case "html":
      return readFileSync(resolve(root, `demo${path}index.html`), "utf8");
  }
}

/** Each recipe with the first paragraph of its article. */
function recipesPage(pages: readonly SitePage[], path: string): string {
  const items = pages.flatMap(({ path: to, title, group, source }) => {
    if (group !== "Recipes" || source.kind !== "markdown") return [];
    const { html } = renderMarkdown(readFileSync(source.file, "utf8"), path);
    const first = /<p>([\s\S]*?)<\/p>/.exec(html)?.[1]?.replace(/<\/?a\b[^>]*>/g, "") ?? "";
    return [`<li><h2><a href="${relativeLink(path, to)}">${escapeHtml(title)}</a></h2><p>${first}</p></li>`];
  });
  return `<h1>Recipes</h1>
<p>Whole programs, short enough to read. Each is a file that the tests of voicebridge check or run; those that can, run here, too.</p>
<ul class="cards">${items.join("\n")}</ul>`;
}
