import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Marked, type Tokens } from "marked";
import { cellsOf, codeFigure, slug } from "./html.ts";
import { relativeLink } from "./layout.ts";

const recipes = resolve(import.meta.dirname, "../recipes");
const titles: Readonly<Record<string, string>> = {
  sh: "Shell",
  bash: "Shell",
  ts: "TypeScript",
  tsx: "TypeScript",
  js: "JavaScript",
  html: "HTML",
  css: "CSS",
  vue: "Vue",
  nginx: "nginx",
  caddy: "Caddy",
  json: "JSON",
};

export interface Article {
  readonly html: string;
  /** Directories in `demo/recipes` whose `main.ts` or `main.tsx` runs in the page. */
  readonly live: readonly string[];
}

/**
 * An article as HTML. A block of code that says ` ```ts file=ivr/main.ts ` is empty and shows that file of `demo/recipes`;
 * ` ```html live file=ivr/page.html ` puts it on the page as well, and runs the script beside it.
 * Links to `/…` lead to pages of this site.
 */
export function renderMarkdown(text: string, path: string): Article {
  const live: string[] = [];
  const names = new Map<string, number>();
  /** Names of places on a page differ, for those who hear them in a list. */
  const unique = (name: string): string => {
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    return count === 1 ? name : `${name} ${count}`;
  };
  const marked = new Marked({
    renderer: {
      code: ({ text, lang = "" }: Tokens.Code) => {
        const [language = "", ...words] = lang.split(/\s+/);
        const file = words.find((word) => word.startsWith("file="))?.slice("file=".length);
        const code = file === undefined ? text : readFileSync(resolve(recipes, file), "utf8");
        const title = file ?? titles[language] ?? "Text";
        const figure = codeFigure(code, title, unique(title));
        if (file === undefined || !words.includes("live")) return figure;
        const recipe = file.split("/")[0] ?? "";
        live.push(recipe);
        return `<div class="card live" data-recipe="${recipe}">${code}</div>${figure}`;
      },
      heading({ tokens, depth }: Tokens.Heading) {
        const inner = this.parser.parseInline(tokens);
        return `<h${depth} id="${slug(inner)}">${inner}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        const inner = this.parser.parseInline(tokens);
        return `<a href="${href.startsWith("/") ? relativeLink(path, href) : href}">${inner}</a>`;
      },
      table({ header, rows }: Tokens.Table) {
        const inner = ({ tokens }: Tokens.TableCell) => this.parser.parseInline(tokens);
        const heads = header.map(({ text }) => text.replaceAll("`", ""));
        const body = rows.map((row) => `<tr>${cellsOf(heads, row.map(inner))}</tr>`).join("");
        return `<div class="scroll" tabindex="0" role="region" aria-label="${unique("Table")}"><table><thead><tr>${header.map((cell) => `<th>${inner(cell)}</th>`).join("")}</tr></thead><tbody>${body}</tbody></table></div>`;
      },
    },
  });
  const html = marked.parse(text, { async: false });
  return { html, live: live.filter(hasScript) };
}

const hasScript = (recipe: string): boolean =>
  ["main.ts", "main.tsx"].some((file) => existsSync(resolve(recipes, recipe, file)));
