import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

export type PageSource =
  /** Written by hand: `index.html` in `demo/`, or in a folder there. */
  | { readonly kind: "html" }
  | { readonly kind: "markdown"; readonly file: string }
  | { readonly kind: "elements" }
  | { readonly kind: "element"; readonly tag: string }
  | { readonly kind: "recipes" }
  | { readonly kind: "api" };

export interface SitePage {
  /** Its address below the site's own, with a slash at both ends. */
  readonly path: string;
  readonly title: string;
  readonly group: "Start" | "Elements" | "Recipes" | "Reference";
  readonly source: PageSource;
}

const root = resolve(import.meta.dirname, "../..");
const content = resolve(root, "demo/pages");

/** The guide of the answering side is a file of the package; where it is not there yet, the site says what the README says. */
const guides = ["GUIDE.md", "lib/node/GUIDE.md", "demo/pages/guide.md"];

/** In the order in which a reader wants them; what is not named here follows. */
const recipeOrder = [
  "voice-agent",
  "ivr",
  "push-to-talk",
  "react",
  "vue",
  "next",
  "strict-csp",
  "self-hosted",
  "answering",
];

/** Every page of the site: an element, or a file in `demo/pages/recipes`, is one by being there. */
export function sitePages(): readonly SitePage[] {
  const guide = guides.map((file) => resolve(root, file)).find((file) => existsSync(file));
  return [
    { path: "/", title: "Demo", group: "Start", source: { kind: "html" } },
    { path: "/phone/", title: "Phone", group: "Start", source: { kind: "html" } },
    markdownPage("/quick-start/", "Start", resolve(content, "quick-start.md")),
    { path: "/elements/", title: "All elements", group: "Elements", source: { kind: "elements" } },
    ...elementTags().map(
      (tag): SitePage => ({
        path: `/elements/${tag}/`,
        title: tag,
        group: "Elements",
        source: { kind: "element", tag },
      }),
    ),
    { path: "/recipes/", title: "All recipes", group: "Recipes", source: { kind: "recipes" } },
    ...recipeNames().map((name) =>
      markdownPage(`/recipes/${name}/`, "Recipes", resolve(content, `recipes/${name}.md`)),
    ),
    { path: "/api/", title: "API", group: "Reference", source: { kind: "api" } },
    ...(guide ? [{ ...markdownPage("/guide/", "Reference", guide), title: "Answering side" }] : []),
  ];
}

/** `<voice-call>` first: it is what most people came for. */
function elementTags(): readonly string[] {
  const folders = readdirSync(resolve(root, "lib/ui"), { withFileTypes: true });
  return folders
    .filter(
      (folder) =>
        folder.name.startsWith("voice-") && existsSync(resolve(root, `lib/ui/${folder.name}/${folder.name}.ts`)),
    )
    .map(({ name }) => name)
    .sort((a, b) => Number(b === "voice-call") - Number(a === "voice-call") || (a < b ? -1 : 1));
}

function recipeNames(): readonly string[] {
  const rank = (name: string) => (recipeOrder.includes(name) ? recipeOrder.indexOf(name) : recipeOrder.length);
  return readdirSync(resolve(content, "recipes"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => file.slice(0, -".md".length))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function markdownPage(path: string, group: SitePage["group"], file: string): SitePage {
  const title = /^# (.+)$/m.exec(readFileSync(file, "utf8"))?.[1];
  if (title === undefined) throw new Error(`${file} has no heading of the first level.`);
  return { path, title, group, source: { kind: "markdown", file } };
}
